package io.github.grpck8s.discovery;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a refusal says of the time to wait.
 */
class BackoffTests {

	private final Backoff backoff = new Backoff(new Random(1));

	@Test
	void secondsAreObeyed() {
		assertThat(this.backoff.afterRefusal(" 7 ")).isBetween(7_000L, 8_000L);
	}

	@Test
	void aDateIsObeyed() {
		String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
		assertThat(this.backoff.afterRefusal(date)).isBetween(60_000L, 101_000L);
	}

	@Test
	void aDateThatHasPassedMeansAtOnce() {
		assertThat(this.backoff.afterRefusal("Sun, 06 Nov 1994 08:49:37 GMT")).isBetween(0L, 1_000L);
	}

	@Test
	void noServerMakesUsWaitForLongerThanAnHour() {
		assertThat(this.backoff.afterRefusal("999999999")).isBetween(3_600_000L, 3_601_000L);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", "soon", "-5", "1.5", "99999999999999999999", "Sun, 99 Nov 1994 08:49:37 GMT" })
	void whatCannotBeReadIsAFailureLikeAnother(@Nullable String retryAfter) {
		assertThat(this.backoff.afterRefusal(retryAfter)).isBetween(0L, 3_000L);
	}

}
