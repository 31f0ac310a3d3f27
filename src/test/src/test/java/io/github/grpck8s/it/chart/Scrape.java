package io.github.grpck8s.it.chart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application tells Prometheus.
 *
 * @param metrics the labels of each metric, of all its series
 */
record Scrape(Map<String, Set<String>> metrics) {

	private static final Pattern SERIES = Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? \\S+.*$");

	private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"(?:[^\"\\\\]|\\\\.)*\"");

	static Scrape of(int... ports) throws IOException, InterruptedException {
		Map<String, Set<String>> metrics = new TreeMap<>();
		for (int port : ports) {
			HttpResponse<String> answer = HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/prometheus")).build(),
						HttpResponse.BodyHandlers.ofString());
			assertThat(answer.statusCode()).isEqualTo(200);
			Matcher series = SERIES.matcher(answer.body());
			while (series.find()) {
				Set<String> labels = metrics.computeIfAbsent(series.group(1), (name) -> new TreeSet<>());
				LABEL.matcher(Objects.requireNonNullElse(series.group(2), ""))
					.results()
					.forEach((label) -> labels.add(label.group(1)));
			}
		}
		return new Scrape(metrics);
	}

}
