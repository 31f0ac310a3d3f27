package io.github.grpck8s.resilience;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names of methods as users write them.
 */
class MethodNameTests {

	@Test
	void methodAndServiceAreRead() {
		assertThat(MethodName.parse("users.v1.UserService/GetUser"))
			.isEqualTo(new MethodName("users.v1.UserService", "GetUser"));
		assertThat(MethodName.parse("users.v1.UserService")).isEqualTo(new MethodName("users.v1.UserService", null));
		assertThat(MethodName.parse("Greeter/SayHello")).isEqualTo(new MethodName("Greeter", "SayHello"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "/", "/users.v1.UserService/GetUser", "users.v1.UserService/", "users..v1/Get",
			"users.v1.UserService/Get User", "users.v1.UserService/Get/User", "users.*", "9users/Get" })
	void anythingElseIsRefused(String name) {
		assertThat(MethodName.parse(name)).isNull();
	}

}
