package io.github.grpck8s.example;

import io.github.grpck8s.example.proto.User;

/**
 * A user as the database has it.
 *
 * @param id number of the user
 * @param name what the user is called
 * @param age in years
 * @param email address, another one for each user
 */
record StoredUser(long id, String name, int age, String email) {

	User toMessage() {
		return User.newBuilder().setName(this.name).setAge(this.age).setEmail(this.email).build();
	}

}
