package io.github.grpck8s.example;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import javax.sql.DataSource;

import io.github.grpck8s.example.proto.User;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.datasource.init.ScriptStatementFailedException;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.KeyHolder;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The table of users, in H2 or PostgreSQL. It is made when the database is first reached,
 * which may be after the application has started.
 */
@Repository
@Profile("server")
class Users implements ApplicationRunner {

	private static final Logger logger = LoggerFactory.getLogger(Users.class);

	private static final String SELECT = "SELECT id, name, age, email FROM users ";

	private final DataSource dataSource;

	private final JdbcClient jdbc;

	private final TransactionTemplate transaction;

	private final Lock making = new ReentrantLock();

	private volatile boolean tableMade;

	Users(DataSource dataSource, JdbcClient jdbc, TransactionTemplate transaction) {
		this.dataSource = dataSource;
		this.jdbc = jdbc;
		this.transaction = transaction;
	}

	/**
	 * Make the table before the application accepts traffic, if the database is there.
	 */
	@Override
	public void run(ApplicationArguments args) {
		try {
			makeTable();
		}
		catch (DataAccessException ex) {
			logger.warn("The database is away; not ready until it is back: {}", ex.getMostSpecificCause().getMessage());
		}
	}

	Optional<StoredUser> find(long id) {
		makeTable();
		return this.jdbc.sql(SELECT + "WHERE id = :id").param("id", id).query(StoredUser.class).optional();
	}

	/**
	 * One page of users in the order of their ids.
	 * @param after the id before the first of the page
	 * @param size the most users on the page
	 */
	List<StoredUser> page(long after, int size) {
		makeTable();
		return this.jdbc.sql(SELECT + "WHERE id > :after ORDER BY id LIMIT :size")
			.param("after", after)
			.param("size", size)
			.query(StoredUser.class)
			.list();
	}

	/**
	 * Add all of the users or none.
	 * @return their ids in the same order
	 */
	List<Long> add(List<User> users) {
		makeTable();
		return this.transaction.execute((status) -> {
			List<Long> ids = new ArrayList<>(users.size());
			for (int i = 0; i < users.size(); i++) {
				ids.add(add(users.get(i), i));
			}
			return ids;
		});
	}

	private long add(User user, int index) {
		KeyHolder key = new GeneratedKeyHolder();
		try {
			this.jdbc.sql("INSERT INTO users (name, age, email) VALUES (:name, :age, :email)")
				.param("name", user.getName())
				.param("age", user.getAge())
				.param("email", user.getEmail())
				.update(key, "id");
		}
		catch (DuplicateKeyException ex) {
			throw Status.INVALID_ARGUMENT
				.withDescription(
						"User " + (index + 1) + " '" + user.getName() + "': there is already a user with email '"
								+ user.getEmail() + "'; no user of this import was added")
				.asRuntimeException();
		}
		Number id = key.getKey();
		if (id == null) {
			throw new IllegalStateException("The database gave no id to '" + user.getName() + "'");
		}
		return id.longValue();
	}

	private void makeTable() {
		if (this.tableMade) {
			return;
		}
		// callers do not queue behind one another for a database that is away
		if (!tryLock()) {
			throw new DataAccessResourceFailureException("The table of users is not yet made");
		}
		try {
			if (!this.tableMade) {
				runScripts();
				this.tableMade = true;
			}
		}
		finally {
			this.making.unlock();
		}
	}

	private boolean tryLock() {
		try {
			return this.making.tryLock(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private void runScripts() {
		ResourceDatabasePopulator scripts = new ResourceDatabasePopulator(new ClassPathResource("schema.sql"),
				new ClassPathResource("data.sql"));
		try {
			DatabasePopulatorUtils.execute(scripts, this.dataSource);
		}
		catch (ScriptStatementFailedException ex) {
			// IF NOT EXISTS does not keep PostgreSQL from refusing the second of two pods
			// that make the table at the
			// same moment
			DatabasePopulatorUtils.execute(scripts, this.dataSource);
		}
	}

}
