-- users 1 to 100; what is there already stays as it is
INSERT INTO users (id, name, age, email)
SELECT 10 * f.n + l.n + 1, f.name || ' ' || l.name, 18 + MOD(37 * f.n + 11 * l.n, 70),
	LOWER(f.name) || '.' || LOWER(l.name) || '@example.org'
FROM (VALUES (0, 'Ada'), (1, 'Barbara'), (2, 'Claude'), (3, 'Dennis'), (4, 'Edsger'), (5, 'Frances'), (6, 'Grace'),
	(7, 'Hedy'), (8, 'Ivan'), (9, 'John')) AS f (n, name)
CROSS JOIN (VALUES (0, 'Lovelace'), (1, 'Liskov'), (2, 'Shannon'), (3, 'Ritchie'), (4, 'Dijkstra'), (5, 'Allen'),
	(6, 'Hopper'), (7, 'Lamarr'), (8, 'Sutherland'), (9, 'Backus')) AS l (n, name)
ON CONFLICT DO NOTHING;
