package io.github.grpck8s.it.lifecycle;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * A database in a file, which says after the end of its server what that has executed.
 *
 * @param file where, without the ending
 */
record Database(Path file) {

	private String url() {
		return "jdbc:h2:file:" + this.file.toAbsolutePath() + ";MODE=PostgreSQL;DB_CLOSE_ON_EXIT=FALSE";
	}

	String[] properties(String... more) {
		String[] all = new String[more.length + 2];
		System.arraycopy(more, 0, all, 2, more.length);
		all[0] = "spring.datasource.url=" + url();
		all[1] = "spring.datasource.username=sa";
		return all;
	}

	/**
	 * How often each user was imported.
	 * @param executions counts by email, to which those of this database are added
	 */
	void count(Map<String, Integer> executions) throws SQLException {
		try (Connection connection = DriverManager.getConnection(url(), "sa", "");
				Statement statement = connection.createStatement();
				ResultSet users = statement.executeQuery("SELECT email FROM users WHERE name = 'Load'")) {
			while (users.next()) {
				executions.merge(users.getString(1), 1, Integer::sum);
			}
		}
	}

	Map<String, Integer> executions() throws SQLException {
		Map<String, Integer> executions = new HashMap<>();
		count(executions);
		return executions;
	}

}
