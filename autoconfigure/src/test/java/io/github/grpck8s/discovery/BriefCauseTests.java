package io.github.grpck8s.discovery;

import java.io.IOException;
import java.net.ConnectException;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The cause of a status as a channel logs it.
 */
class BriefCauseTests {

	@Test
	void causeIsSaidWithoutStackTraces() {
		IOException cause = new IOException("no answer", new ConnectException("Connection refused"));
		Status status = new Problem("unreachable", false, "The API server is away", cause).status();
		assertThat(status.getCause())
			.hasToString("java.io.IOException: no answer, because of java.net.ConnectException: Connection refused");
		assertThat(status.toString()).contains("no answer", "Connection refused").doesNotContain("\tat ");
	}

	@Test
	void withoutACauseThereIsNone() {
		assertThat(new Problem("silent", false, "No answer", null).status().getCause()).isNull();
	}

}
