package io.github.grpck8s.example.demo;

import java.util.Map;

import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * One line of the client's report.
 *
 * @param failures calls that failed, by status
 * @param pods calls that each pod answered
 * @param first pods that answered for the first time, with the epoch milliseconds of that
 * answer
 * @param notSent calls that were due and not made
 */
record Second(Map<String, Long> failures, Map<String, Long> pods, Map<String, Long> first, long notSent) {

	private static final JsonMapper JSON = JsonMapper.builder()
		.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.build();

	boolean answered(String pod) {
		return this.pods.containsKey(pod);
	}

	static Second parse(String line) {
		return JSON.readValue(line, Second.class);
	}

}
