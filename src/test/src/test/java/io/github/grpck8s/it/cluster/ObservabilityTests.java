package io.github.grpck8s.it.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the example says of itself reaches those who are to hear it: a real Collector,
 * Jaeger and Prometheus, and the alerts and the dashboard of the chart.
 */
@OnCluster
@OnlyOn(value = OnlyOn.OWN, because = "its nodes have the images of a Collector, Jaeger and Prometheus")
class ObservabilityTests {

	private static final Pattern CONTAINER_METRIC = Pattern.compile("(?<![a-z_])container_[a-z_]+(?=\\{)");

	private static @Nullable Receivers receivers;

	private static @Nullable Release release;

	@BeforeAll
	static void install(TestNamespace namespace) {
		receivers = Receivers.start(namespace);
		release = Release.install(namespace, "demo", "client.rate=30", "server.resources.limits.cpu=2",
				"observability.otlp.endpoint=http://otelcol:4318", "observability.podMonitor.enabled=true",
				"observability.rules.enabled=true", "observability.rules.errors.for=5s",
				"observability.dashboard.enabled=true");
		receivers.watch(release);
	}

	@AfterAll
	static void removeWhatIsOutsideOfTheNamespace() {
		if (receivers != null) {
			receivers.close();
		}
	}

	@Test
	void oneCallIsOneTraceThatNamesTheClientsPodAndTheServers() {
		Set<String> servers = names("server");
		String client = names("client").iterator().next();
		Set<String> answered = new TreeSet<>();
		await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
			// by operation: the kubelet's probes and Prometheus leave traces too
			JsonNode traces = receivers().jaeger(
					"traces?limit=200&lookback=1h&service=demo-example-app-client&operation=users.v1.UserService%2FGetUser")
				.path("data");
			assertThat(traces).as("traces").isNotEmpty();
			answered.clear();
			for (JsonNode found : traces) {
				JaegerTrace trace = new JaegerTrace(found);
				// else a span is still on its way
				if (trace.root() != null && trace.has("server")) {
					answered.add(checkTrace(trace, client, servers));
				}
			}
			assertThat(answered).as("pods that are in traces").isEqualTo(servers);
		});
		Figures.print("one trace for each call, from %s to each of %s", client, answered);
	}

	private static String checkTrace(JaegerTrace trace, String client, Set<String> servers) {
		JsonNode calling = Objects.requireNonNull(trace.root());
		JsonNode serving = trace.span("server");
		assertThat(JaegerTrace.tag(calling, "span.kind")).as("the trace begins at the client").isEqualTo("client");
		assertThat(calling.path("operationName").asText()).isEqualTo("users.v1.UserService/GetUser")
			.isEqualTo(serving.path("operationName").asText());
		assertThat(trace.spans()).as("parent of the server's span").anySatisfy((span) -> {
			assertThat(span.path("spanID").asText()).isEqualTo(JaegerTrace.parent(serving));
			assertThat(span.path("processID")).isEqualTo(calling.path("processID"));
		});
		JsonNode ofClient = trace.process(calling);
		JsonNode ofServer = trace.process(serving);
		assertThat(ofClient.path("serviceName").asText()).isEqualTo("demo-example-app-client");
		assertThat(ofServer.path("serviceName").asText()).isEqualTo("demo-example-app-server");
		assertThat(JaegerTrace.tag(ofClient, "k8s.pod.name")).isEqualTo(client);
		assertThat(JaegerTrace.tag(ofServer, "k8s.pod.name")).isIn(servers);
		for (JsonNode process : List.of(ofClient, ofServer)) {
			for (String attribute : List.of("k8s.namespace.name", "k8s.node.name", "k8s.pod.uid")) {
				assertThat(JaegerTrace.tag(process, attribute)).as(attribute).isNotEmpty();
			}
		}
		return JaegerTrace.tag(ofServer, "k8s.pod.name");
	}

	@Test
	void callerThatSamplesFindsTheServersSpanInItsOwnTrace() {
		String trace = UUID.randomUUID().toString().replace("-", "");
		Pod pod = release().pods("server").get(0);
		ManagedChannel channel = channel(pod);
		try {
			Metadata headers = new Metadata();
			headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
					"00-" + trace + "-00f067aa0ba902b7-01");
			User user = UserServiceGrpc.newBlockingStub(channel)
				.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
				.withDeadlineAfter(10, TimeUnit.SECONDS)
				.getUser(GetUserRequest.newBuilder().setUserId("1").build());
			assertThat(user.getName()).isNotEmpty();
		}
		finally {
			channel.shutdownNow();
		}
		await().atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofMillis(500))
			.ignoreExceptions()
			.untilAsserted(() -> {
				JaegerTrace found = new JaegerTrace(receivers().jaeger("traces/" + trace).path("data").path(0));
				JsonNode serving = found.span("server");
				assertThat(JaegerTrace.parent(serving)).isEqualTo("00f067aa0ba902b7");
				assertThat(JaegerTrace.tag(found.process(serving), "k8s.pod.name"))
					.isEqualTo(pod.getMetadata().getName());
			});
	}

	@Test
	void onlyThePodThatFailsIsNamedByTheAlert() {
		Pod bad = release().pods("server").get(1);
		await().atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofSeconds(1))
			.untilAsserted(
					() -> assertThat(labels("grpc_server_call_started_total", "pod")).isEqualTo(names("server")));
		assertThat(receivers().query("ALERTS{alertname=\"GrpcServerErrors\"}")).as("alerts before anything fails")
			.isEmpty();
		ManagedChannel channel = channel(bad);
		ScheduledExecutorService caller = Executors.newSingleThreadScheduledExecutor();
		Instant start = Instant.now();
		try {
			MethodDescriptor<GetUserRequest, User> none = UserServiceGrpc.getGetUserMethod()
				.toBuilder()
				.setFullMethodName("users.v1.UserService/ThereIsNone")
				.build();
			caller.scheduleAtFixedRate(() -> ClientCalls.asyncUnaryCall(channel.newCall(none, CallOptions.DEFAULT),
					GetUserRequest.getDefaultInstance(), new Ignored<>()), 0, 50, TimeUnit.MILLISECONDS);
			await().atMost(Duration.ofSeconds(120))
				.pollInterval(Duration.ofSeconds(1))
				.untilAsserted(
						() -> assertThat(labels("ALERTS{alertname=\"GrpcServerErrors\",alertstate=\"firing\"}", "pod"))
							.containsExactly(bad.getMetadata().getName()));
			Figures.print("an alert fires %d s after the first failure, with for=5s",
					Duration.between(start, Instant.now()).toSeconds());
			JsonNode alerts = receivers().prometheus("v1/alerts").path("data").path("alerts");
			assertThat(alerts).anySatisfy((alert) -> {
				assertThat(alert.path("labels").path("alertname").asText()).isEqualTo("GrpcServerErrors");
				assertThat(alert.path("labels").path("severity").asText()).isEqualTo("critical");
				assertThat(alert.path("annotations").path("summary").asText())
					.matches(bad.getMetadata().getName() + " fails [0-9.]+% of its calls");
			});
		}
		finally {
			caller.shutdownNow();
			channel.shutdownNow();
		}
	}

	@Test
	void prometheusTakesEveryRule() {
		await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
			List<JsonNode> rules = new ArrayList<>();
			receivers().prometheus("v1/rules")
				.path("data")
				.path("groups")
				.forEach((group) -> group.path("rules").forEach(rules::add));
			assertThat(rules).hasSizeGreaterThan(20)
				.allSatisfy((rule) -> assertThat(rule.path("health").asText()).as(rule.toString()).isEqualTo("ok"));
		});
	}

	@Test
	void everyPanelOfTheDashboardShowsSomething(TestNamespace namespace) {
		List<JsonNode> panels = new ArrayList<>();
		dashboard(namespace).path("panels").forEach((panel) -> {
			// what only kube-state-metrics tells has nobody here who tells it
			if (panel.path("targets").findValuesAsText("expr").stream().anyMatch((text) -> !text.contains("(kube_"))) {
				panels.add(panel);
			}
		});
		assertThat(panels).hasSizeGreaterThan(20);
		TreeMap<String, Integer> shown = new TreeMap<>();
		await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
			shown.clear();
			for (JsonNode panel : panels) {
				int series = 0;
				for (String expression : panel.path("targets").findValuesAsText("expr")) {
					series += receivers().query(filled(namespace, expression)).size();
				}
				shown.put(panel.path("title").asText(), series);
			}
			assertThat(shown).as("series by panel").doesNotContainValue(0);
		});
		Figures.print("series of each panel: %s", shown);
	}

	@Test
	void containerMetricsOfTheRulesAreTheKubelets(TestNamespace namespace) {
		Set<String> named = new TreeSet<>();
		String rules = Serialization.asJson(namespace.client()
			.genericKubernetesResources("monitoring.coreos.com/v1", "PrometheusRule")
			.inNamespace(namespace.name())
			.list()
			.getItems());
		CONTAINER_METRIC.matcher(rules + dashboard(namespace)).results().forEach((name) -> named.add(name.group()));
		assertThat(named).contains("container_memory_working_set_bytes");
		Pod pod = release().pods("server").get(0);
		String labels = "\\{container=\"server\"[^\\n]*namespace=\"" + namespace.name() + "\",pod=\""
				+ pod.getMetadata().getName() + "\"";
		await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
			String told = Objects.requireNonNull(
					namespace.client().raw("/api/v1/nodes/" + pod.getSpec().getNodeName() + "/proxy/metrics/cadvisor"));
			assertThat(named).filteredOn((name) -> !Pattern.compile("(?m)^" + name + labels).matcher(told).find())
				.as("what the kubelet does not tell of %s", pod.getMetadata().getName())
				.isEmpty();
		});
		Figures.print("told by the kubelet: %s", named);
	}

	private static JsonNode dashboard(TestNamespace namespace) {
		String name = release().whole();
		return Serialization.unmarshal(namespace.client()
			.configMaps()
			.inNamespace(namespace.name())
			.withName(name + "-dashboard")
			.get()
			.getData()
			.get(name + ".json"), JsonNode.class);
	}

	private static String filled(TestNamespace namespace, String expression) {
		return expression.replace("$namespace", namespace.name())
			.replace("$service", release().object("server"))
			.replace("$client", release().object("client"))
			.replace("$__rate_interval", "30s");
	}

	private static Set<String> labels(String expression, String label) {
		Set<String> values = new TreeSet<>();
		receivers().query(expression).forEach((series) -> values.add(series.path("metric").path(label).asText()));
		return values;
	}

	private static Set<String> names(String component) {
		return release().pods(component)
			.stream()
			.map((pod) -> pod.getMetadata().getName())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static ManagedChannel channel(Pod pod) {
		return Grpc
			.newChannelBuilder("dns:///" + pod.getStatus().getPodIP() + ":9090", InsecureChannelCredentials.create())
			.build();
	}

	private static Receivers receivers() {
		return Objects.requireNonNull(receivers);
	}

	private static Release release() {
		return Objects.requireNonNull(release);
	}

	/** The failures are what is wanted. */
	private static final class Ignored<T> implements StreamObserver<T> {

		@Override
		public void onNext(T answer) {
		}

		@Override
		public void onError(Throwable failure) {
		}

		@Override
		public void onCompleted() {
		}

	}

}
