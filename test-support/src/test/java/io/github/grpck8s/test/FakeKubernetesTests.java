package io.github.grpck8s.test;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Lists, watches and versions.
 */
class FakeKubernetesTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final FakeKubernetes kubernetes = FakeKubernetes.start();

	private final FakeService users = this.kubernetes.service("shop", "users");

	private final ApiClient client = new ApiClient(this.kubernetes);

	@AfterEach
	void close() {
		this.kubernetes.close();
	}

	@Test
	void listShowsPodsAsKubernetesDoes() throws Exception {
		this.users.add(FakePod.of("users-0", "10.0.0.1")
			.uid("u1")
			.node("node-a")
			.zone("zone-a")
			.hintZones("zone-a", "zone-b")
			.hintNodes("node-a"));
		HttpResponse<String> response = this.client.list("");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
		assertThat(response.body()).startsWith(
				"{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\"1001\"},\"items\":[{\"metadata\":{\"name\":\"users-")
			.contains(
					"\"labels\":{\"endpointslice.kubernetes.io/managed-by\":\"endpointslice-controller.k8s.io\",\"kubernetes.io/service-name\":\"users\"}")
			.contains(
					"\"addressType\":\"IPv4\",\"endpoints\":[{\"addresses\":[\"10.0.0.1\"],\"conditions\":{\"ready\":true,\"serving\":true,\"terminating\":false},\"targetRef\":{\"kind\":\"Pod\",\"namespace\":\"shop\",\"name\":\"users-0\",\"uid\":\"u1\"},\"nodeName\":\"node-a\",\"zone\":\"zone-a\",\"hints\":{\"forZones\":[{\"name\":\"zone-a\"},{\"name\":\"zone-b\"}],\"forNodes\":[{\"name\":\"node-a\"}]}}]")
			.contains("\"ports\":[{\"name\":\"grpc\",\"protocol\":\"TCP\",\"port\":9090}]");
	}

	@Test
	void conditionsThatAreUnknownAreLeftOut() throws Exception {
		this.users.add(FakePod.of("users-0", "10.0.0.1").ready(null).serving(null).terminating(null).uid(null));
		assertThat(this.client.list("").body())
			.contains("\"endpoints\":[{\"addresses\":[\"10.0.0.1\"],\"conditions\":{}}]");
	}

	@Test
	void selectorAndNamespaceSelect() throws Exception {
		this.users.scale(1);
		this.kubernetes.service("shop", "orders").scale(1);
		this.kubernetes.service("other", "users").scale(1);
		assertThat(this.client.list("?labelSelector=kubernetes.io%2Fservice-name%3Dusers").body())
			.contains("\"name\":\"users-1\"")
			.doesNotContain("orders", "other");
		assertThat(this.client.list("").body()).contains("\"name\":\"users-1\"", "\"name\":\"orders-1\"");
		assertThat(this.client.get(ApiClient.slices("other", "")).body()).contains("\"namespace\":\"other\"")
			.doesNotContain("shop");
		assertThat(this.client.list("?labelSelector=a%20in%20(b)").statusCode()).isEqualTo(400);
	}

	@Test
	void pagesShowWhatWasThereAtTheFirst() throws Exception {
		this.users.podsPerSlice(1).scale(3);
		String first = this.client.list("?limit=2").body();
		this.users.scale(0);
		String second = this.client.list("?limit=2&continue=" + ApiClient.continueToken(first)).body();
		assertThat(first).contains("users-1", "users-2").doesNotContain("\"users-3\"");
		assertThat(second).contains("\"users-3\"").doesNotContain("\"users-1\"", "continue");
		assertThat(ApiClient.version(second)).isEqualTo(ApiClient.version(first));
		assertThat(this.kubernetes.lists()).isEqualTo(1);
		assertThat(this.kubernetes.requests()).hasSize(2)
			.last()
			.extracting(RecordedRequest::kind)
			.isEqualTo(RecordedRequest.Kind.PAGE);
	}

	@Test
	void pageAfterCompactionIsGone() throws Exception {
		this.users.podsPerSlice(1).scale(3);
		String first = this.client.list("?limit=2").body();
		this.users.scale(2);
		this.kubernetes.compact();
		HttpResponse<String> second = this.client.list("?limit=2&continue=" + ApiClient.continueToken(first));
		assertThat(second.statusCode()).isEqualTo(410);
		assertThat(second.body()).contains("\"kind\":\"Status\"", "\"reason\":\"Expired\"", "\"code\":410");
	}

	@Test
	void listFromCacheKnowsNoPages() throws Exception {
		this.users.podsPerSlice(1).scale(3);
		assertThat(this.client.list("?limit=2&resourceVersion=0").body()).contains("\"users-3\"")
			.doesNotContain("continue");
	}

	@Test
	void versionsThatCannotBeAreRefused() throws Exception {
		assertThat(this.client.list("?resourceVersion=x").statusCode()).isEqualTo(400);
		assertThat(this.client.list("?continue=x").statusCode()).isEqualTo(400);
		assertThat(this.client.list("?resourceVersion=9999999").body()).contains("Too large resource version",
				"\"code\":504");
		assertThatIllegalArgumentException().isThrownBy(() -> this.kubernetes.nextResourceVersion(1));
	}

	@Test
	void watchTellsEventsInOrderFromAVersionOn() throws Exception {
		this.users.add(FakePod.of("users-0", "10.0.0.1"));
		long version = ApiClient.version(this.client.list("").body());
		this.users.terminate("users-0");
		try (ApiClient.Lines watch = this.client.watch("&resourceVersion=" + version)) {
			assertThat(watch.next()).startsWith(
					"{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"EndpointSlice\",\"apiVersion\":\"discovery.k8s.io/v1\",\"metadata\":")
				.contains("\"conditions\":{\"ready\":false,\"serving\":true,\"terminating\":true}")
				.contains("\"resourceVersion\":\"" + (version + 1) + "\"");
			this.kubernetes.nextResourceVersion(5_000_000_000L);
			this.users.add(FakePod.of("users-1", "10.0.0.2").port("grpc", 9191));
			assertThat(watch.next()).contains("ADDED", "\"resourceVersion\":\"5000000000\"", "\"port\":9191");
			this.users.remove("users-0");
			assertThat(watch.next()).contains("DELETED", "\"resourceVersion\":\"5000000001\"");
		}
		this.kubernetes.awaitOpenWatches(0, SOON);
	}

	@Test
	void watchWithoutVersionBeginsWithWhatThereIs() throws Exception {
		this.users.scale(2);
		try (ApiClient.Lines watch = this.client.watch("")) {
			assertThat(watch.next()).contains("ADDED", "users-1", "users-2");
			this.kubernetes.openWatchStreams().bookmark();
			assertThat(watch.next()).startsWith("{\"type\":\"BOOKMARK\"").contains("\"resourceVersion\":\"1001\"");
		}
	}

	@Test
	void initialEventsEndWithABookmark() throws Exception {
		this.users.scale(2);
		try (ApiClient.Lines watch = this.client
			.watch("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=")) {
			assertThat(watch.next()).contains("ADDED");
			assertThat(watch.next()).contains("BOOKMARK", "\"k8s.io/initial-events-end\":\"true\"");
		}
	}

	@Test
	void watchFromACompactedVersionIsGone() throws Exception {
		long version = this.kubernetes.resourceVersion();
		this.users.scale(1).scale(2);
		this.kubernetes.compact();
		try (ApiClient.Lines watch = this.client.watch("&resourceVersion=" + version)) {
			assertThat(watch.status()).isEqualTo(200);
			assertThat(watch.next()).startsWith("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\"")
				.contains("\"code\":410");
			assertThat(watch.next()).isEqualTo("(end)");
		}
	}

	@Test
	void watchEndsInTimeAndSendsBookmarksUntilThen() throws Exception {
		this.kubernetes.bookmarksEvery(Duration.ofMillis(300));
		try (ApiClient.Lines watch = this.client.watch("&resourceVersion=1000&timeoutSeconds=1")) {
			assertThat(watch.next()).contains("BOOKMARK");
			List<String> rest = new ArrayList<>();
			while (rest.isEmpty() || rest.get(rest.size() - 1).contains("BOOKMARK")) {
				rest.add(watch.next());
			}
			assertThat(rest).hasSizeBetween(2, 3).last().isEqualTo("(end)");
		}
	}

	@Test
	void sliceThatLeavesTheSelectorIsDeletedForIt() throws Exception {
		this.users.slice("users-a").add(FakePod.of("users-0", "10.0.0.1"));
		try (ApiClient.Lines watch = this.client.watch("&labelSelector=kubernetes.io%2Fservice-name%3Dusers")) {
			assertThat(watch.next()).contains("ADDED");
			this.users.slice("users-a").label("kubernetes.io/service-name", "orders");
			assertThat(watch.next()).contains("DELETED");
			this.users.slice("users-a").label("kubernetes.io/service-name", "users");
			assertThat(watch.next()).contains("ADDED");
		}
	}

	@Test
	void recordsWhoAsked() throws Exception {
		this.client.list("?limit=500");
		HttpResponse<String> other = this.client.get("/api/v1/namespaces/shop/pods/self");
		assertThat(other.statusCode()).isEqualTo(404);
		assertThat(other.body()).contains("\"kind\":\"Status\"");
		assertThat(this.kubernetes.requests()).first().satisfies((request) -> {
			assertThat(request.method()).isEqualTo("GET");
			assertThat(request.query()).containsEntry("limit", "500");
			assertThat(request.userAgent()).isEqualTo("test");
			assertThat(request.tokenAccepted()).isTrue();
			assertThat(request.headers()).doesNotContainKey("authorization");
		});
		assertThat(this.kubernetes.requests()).last().satisfies((request) -> {
			assertThat(request.kind()).isEqualTo(RecordedRequest.Kind.OTHER);
			assertThat(request.path()).isEqualTo("/api/v1/namespaces/shop/pods/self");
		});
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.kubernetes.awaitWatches(1, Duration.ofMillis(20)))
			.withMessageContaining("Expected 1 watches within PT0.02S, but there were 1 lists")
			.withMessageEndingWith("OTHER /api/v1/namespaces/shop/pods/self {}");
	}

	@Test
	void kubeconfigLeadsHereAndGoesAtTheEnd() throws IOException {
		Path file = this.kubernetes.kubeconfigFile("shop");
		assertThat(file).content()
			.contains("server: \"" + this.kubernetes.url() + "\"", "token: \"fake-token\"", "namespace: shop");
		this.kubernetes.close();
		assertThat(Files.exists(file)).isFalse();
	}

	@Test
	void servesLargeServicesAndManyWatches() throws Exception {
		FakeService orders = this.kubernetes.service("other", "orders");
		orders.scale(5_000);
		this.users.scale(3);
		assertThat(orders.slices()).hasSize(50);
		assertThat(this.client.get(ApiClient.slices("other", "")).body().split("\"addresses\"")).hasSize(5_001);
		List<ApiClient.Lines> watches = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			watches.add(this.client.watch("&resourceVersion=" + this.kubernetes.resourceVersion()));
		}
		this.kubernetes.awaitOpenWatches(100, SOON);
		this.users.terminate("users-2");
		orders.terminate("orders-17");
		for (ApiClient.Lines watch : watches) {
			assertThat(watch.next()).contains("MODIFIED", "users-2");
			watch.close();
		}
		this.kubernetes.awaitOpenWatches(0, SOON);
	}

}
