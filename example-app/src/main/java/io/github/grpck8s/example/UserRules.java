package io.github.grpck8s.example;

import java.util.regex.Pattern;

import io.github.grpck8s.example.proto.User;
import org.jspecify.annotations.Nullable;

/**
 * What a user must be like.
 */
final class UserRules {

	private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+");

	private UserRules() {
	}

	/**
	 * What is wrong with a user.
	 * @return the rule that is broken, {@code null} when there is none
	 */
	static @Nullable String refuse(User user) {
		if (user.getName().isBlank() || user.getName().length() > 200) {
			return "'name' must have 1 to 200 characters";
		}
		if (user.getAge() < 0 || user.getAge() > 150) {
			return "'age' must be between 0 and 150 but was " + user.getAge();
		}
		if (user.getEmail().length() > 320 || !EMAIL.matcher(user.getEmail()).matches()) {
			return "'email' must be an address such as ada@example.org but was '" + user.getEmail() + "'";
		}
		return null;
	}

	/**
	 * The number in a user id.
	 * @return the number, {@code null} when it is none
	 */
	static @Nullable Long number(String userId) {
		try {
			return Long.valueOf(userId);
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

}
