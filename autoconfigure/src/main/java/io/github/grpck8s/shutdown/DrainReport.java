package io.github.grpck8s.shutdown;

import java.time.Duration;

/**
 * How the drain of one server went.
 *
 * @param duration from the GOAWAY to the end of the server
 * @param running the calls of users that ran at the GOAWAY
 * @param cut the calls that were closed with UNAVAILABLE because their time was up
 */
public record DrainReport(Duration duration, int running, int cut) {
}
