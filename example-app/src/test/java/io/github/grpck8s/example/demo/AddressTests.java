package io.github.grpck8s.example.demo;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where the demo's servers listen.
 */
class AddressTests {

	@Test
	void noTwoAreTheSame() {
		assertThat(Address.find(5)).hasSize(5).doesNotHaveDuplicates();
	}

	@Test
	void withOneLoopbackAddressThePortsDiffer() {
		List<Address> addresses = Address.find(5, false);
		assertThat(addresses).hasSize(5).extracting(Address::host).containsOnly("127.0.0.1");
		assertThat(addresses).extracting(Address::port).doesNotHaveDuplicates();
	}

}
