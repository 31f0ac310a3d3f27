package io.github.grpck8s.benchmarks.worker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The part of a Kubernetes API that spring-cloud-kubernetes asks for: one Service and its
 * Endpoints of {@code v1}, always up to date and answered at once.
 */
public final class CoreApi implements AutoCloseable {

	private final String service;

	private final Supplier<List<Instance>> ready;

	private final int port;

	private final HttpServer server;

	/**
	 * A pod that is ready.
	 *
	 * @param name its name
	 * @param address its IP address
	 */
	public record Instance(String name, String address) {
	}

	/**
	 * Start.
	 * @param service the name of the Service, in the namespace shop
	 * @param port the port of its pods
	 * @param ready its pods that are ready
	 * @throws IOException if it cannot listen
	 */
	public CoreApi(String service, int port, Supplier<List<Instance>> ready) throws IOException {
		this.service = service;
		this.port = port;
		this.ready = ready;
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(Executors.newCachedThreadPool((task) -> {
			Thread thread = new Thread(task, "core-api");
			thread.setDaemon(true);
			return thread;
		}));
		this.server.createContext("/", this::answer);
		this.server.start();
	}

	/**
	 * A kubeconfig that leads here.
	 * @throws IOException if it cannot be written
	 */
	public Path kubeconfig() throws IOException {
		return Files.writeString(Child.temporary("core-api", ".yaml"), """
				apiVersion: v1
				kind: Config
				current-context: fake
				contexts:
				- name: fake
				  context: {cluster: fake, user: fake, namespace: shop}
				clusters:
				- name: fake
				  cluster: {server: "http://127.0.0.1:%d"}
				users:
				- name: fake
				  user: {token: "fake-token"}
				""".formatted(this.server.getAddress().getPort()));
	}

	private void answer(HttpExchange exchange) throws IOException {
		String path = exchange.getRequestURI().getPath();
		String item = path.endsWith("/endpoints") || path.endsWith("/endpoints/" + this.service) ? endpoints()
				: path.endsWith("/services") || path.endsWith("/services/" + this.service) ? service() : "";
		String kind = path.contains("/endpoints") ? "Endpoints" : "Service";
		boolean list = path.endsWith("/endpoints") || path.endsWith("/services");
		String body = item.isEmpty() ? "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":404}"
				: list ? "{\"kind\":\"%sList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[%s]}"
					.formatted(kind, item) : item;
		byte[] bytes = body.getBytes(UTF_8);
		exchange.getResponseHeaders().add("Content-Type", "application/json");
		exchange.sendResponseHeaders(item.isEmpty() ? 404 : 200, bytes.length);
		exchange.getResponseBody().write(bytes);
		exchange.close();
	}

	private String endpoints() {
		String addresses = this.ready.get()
			.stream()
			.map((pod) -> "{\"ip\":\"%s\",\"targetRef\":{\"kind\":\"Pod\",\"name\":\"%s\",\"namespace\":\"shop\",\"uid\":\"%s\"}}"
				.formatted(pod.address(), pod.name(), pod.name()))
			.collect(Collectors.joining(","));
		return "{\"kind\":\"Endpoints\",\"apiVersion\":\"v1\",%s,\"subsets\":[{\"addresses\":[%s],\"ports\":[{\"name\":\"grpc\",\"port\":%d}]}]}"
			.formatted(metadata(), addresses, this.port);
	}

	private String service() {
		return "{\"kind\":\"Service\",\"apiVersion\":\"v1\",%s,\"spec\":{\"type\":\"ClusterIP\",\"ports\":[{\"name\":\"grpc\",\"port\":%d}]}}"
			.formatted(metadata(), this.port);
	}

	private String metadata() {
		return "\"metadata\":{\"name\":\"%s\",\"namespace\":\"shop\",\"uid\":\"1\",\"resourceVersion\":\"1\"}"
			.formatted(this.service);
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

}
