package io.github.grpck8s.it.chart;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.grpck8s.example.ExampleApplication;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.User;
import io.github.grpck8s.test.FakeKubernetes;
import io.github.grpck8s.test.FakeKubernetesExtension;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.Fault;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What the rules and the dashboard name is what the example tells Prometheus after some
 * calls and some trouble: each metric of the application, and each of its labels. The
 * kubelet's are looked for by the suite on a real cluster.
 */
class MeterNamesTests {

	/** What Prometheus adds to what it scrapes, and how it asks for buckets. */
	private static final Set<String> ADDED = Set.of("namespace", "pod", "job", "instance");

	@RegisterExtension
	static final FakeKubernetesExtension CLUSTER = new FakeKubernetesExtension().asCurrentContext("shop");

	private static final AtomicInteger GRPC_PORT = new AtomicInteger();

	private static ConfigurableApplicationContext server;

	private static ConfigurableApplicationContext client;

	@BeforeAll
	static void start() {
		FakeKubernetes kubernetes = CLUSTER.kubernetes();
		server = start("server", "grpc.server.address=127.0.0.1", "grpc.server.port=0",
				"spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DB_CLOSE_DELAY=-1");
		kubernetes.service("shop", "users").add(FakePod.of("users-0", "127.0.0.1").port("grpc", GRPC_PORT.get()));
		client = start("client", "grpc.client.users.address=k8s:///users:grpc", "example.client.log=true");
		kubernetes.awaitOpenWatches(1, Duration.ofSeconds(20));
	}

	@AfterAll
	static void stop() {
		client.close();
		server.close();
	}

	@Test
	void everyMeterAndLabelOfRulesAndPanelsIsThere() {
		failSomeCalls();
		FakeKubernetes kubernetes = CLUSTER.kubernetes();
		kubernetes.inject(Fault.status(503, "ServiceUnavailable", "starting").times(2));
		kubernetes.openWatchStreams().cut();
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			assertThat(missing("grpc_k8s_discovery_errors_total")).isEmpty();
			kubernetes.awaitOpenWatches(1, Duration.ofSeconds(20));
			kubernetes.openWatchStreams().expire();
			assertThat(missing("")).isEmpty();
		});
	}

	@Test
	void whatIsNotThereIsSeen() throws Exception {
		Map<String, Set<String>> metrics = Scrape.of(port(server), port(client)).metrics();
		Map<String, String> expressions = new LinkedHashMap<>();
		expressions.put("renamed", "sum(rate(grpc_server_call_latency_seconds_count{namespace=\"shop\"}[2m]))");
		expressions.put("label", "grpc_server_call_started_total{pod=\"a\",grpc_status=\"OK\"}");
		expressions.put("grouping", "sum by (grpc_code) (jvm_gc_overhead{pod=\"a\"})");
		assertThat(missing(expressions, metrics, "")).containsExactly(
				"grouping: no metric in it has the label grpc_code",
				"label: grpc_server_call_started_total has no label grpc_status",
				"renamed: there is no grpc_server_call_latency_seconds_count");
	}

	private static Set<String> missing(String prefix) throws Exception {
		return missing(Monitoring.ofEverything().expressions(), Scrape.of(port(server), port(client)).metrics(),
				prefix);
	}

	private static Set<String> missing(Map<String, String> expressions, Map<String, Set<String>> metrics,
			String prefix) {
		Set<String> missing = new TreeSet<>();
		expressions.forEach((where, text) -> {
			PromQl expression = PromQl.of(text);
			Set<String> known = new TreeSet<>(ADDED);
			expression.metrics().forEach((metric, labels) -> {
				boolean elsewhere = metric.matches("(container|kube)_.*|up|grpc_k8s:.*");
				Set<String> has = metrics.get(metric);
				if (elsewhere) {
					known.addAll(labels);
					known.addAll(Set.of("container", "horizontalpodautoscaler", "poddisruptionbudget"));
				}
				else if (has != null) {
					known.addAll(has);
					labels.stream()
						.filter((label) -> !has.contains(label) && !ADDED.contains(label))
						.forEach((label) -> missing.add(where + ": " + metric + " has no label " + label));
				}
				else if (metric.startsWith(prefix)) {
					missing.add(where + ": there is no " + metric);
				}
			});
			if (prefix.isEmpty()) {
				expression.grouping()
					.stream()
					.filter((label) -> !known.contains(label))
					.forEach((label) -> missing.add(where + ": no metric in it has the label " + label));
			}
		});
		return missing;
	}

	private static void failSomeCalls() {
		ManagedChannel channel = Grpc
			.newChannelBuilder("dns:///127.0.0.1:" + GRPC_PORT.get(), InsecureChannelCredentials.create())
			.build();
		try {
			for (String method : List.of("GetUser", "ThereIsNone")) {
				MethodDescriptor<GetUserRequest, User> called = MethodDescriptor
					.newBuilder(ProtoUtils.marshaller(GetUserRequest.getDefaultInstance()),
							ProtoUtils.marshaller(User.getDefaultInstance()))
					.setType(MethodDescriptor.MethodType.UNARY)
					.setFullMethodName("users.v1.UserService/" + method)
					.build();
				assertThatExceptionOfType(StatusRuntimeException.class)
					.isThrownBy(() -> ClientCalls.blockingUnaryCall(ClientInterceptors.intercept(channel), called,
							CallOptions.DEFAULT, GetUserRequest.newBuilder().setUserId("no number").build()));
			}
		}
		finally {
			channel.shutdownNow();
		}
	}

	private static int port(ConfigurableApplicationContext application) {
		return Integer.parseInt(application.getEnvironment().getRequiredProperty("local.server.port"));
	}

	private static ConfigurableApplicationContext start(String profile, String... properties) {
		List<String> all = new ArrayList<>(List.of("server.address=127.0.0.1", "server.port=0",
				"otel.sdk.disabled=true", "spring.main.banner-mode=off", "logging.level.root=warn"));
		all.addAll(List.of(properties));
		ApplicationListener<GrpcServerStartedEvent> started = (event) -> GRPC_PORT.set(event.getPort());
		return new SpringApplicationBuilder(ExampleApplication.class).profiles(profile)
			.listeners(started)
			.run(all.stream().map((property) -> "--" + property).toArray(String[]::new));
	}

}
