package io.github.grpck8s.example;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client that makes so many calls and ends, in a process of its own:
 * {@code helm test} sees the status with which that ends, and nothing else.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NumberOfCallsTests {

	private final List<Process> clients = new ArrayList<>();

	@AfterEach
	void endClient() throws InterruptedException {
		for (Process client : this.clients) {
			client.destroyForcibly().waitFor();
		}
	}

	@Test
	void clientEndsWithZeroWhenAllSucceeded() throws Exception {
		try (RunningExample server = RunningExample.server("example.pod-name=users-1")) {
			Process client = start(server.grpcPort());
			assertThat(output(client)).contains("20 calls, 0 failed", "users-1 answered 20");
			assertThat(client.waitFor()).isZero();
		}
	}

	@Test
	void clientEndsWithOneWhenCallsFailed() throws Exception {
		Server server = serverWithoutUsers();
		try {
			Process client = start(server.getPort());
			assertThat(output(client)).contains("20 calls, 20 failed", "UNIMPLEMENTED 20");
			assertThat(client.waitFor()).isOne();
		}
		finally {
			server.shutdownNow();
		}
	}

	@Test
	void clientWaitsForServersThatAreStillToCome() throws Exception {
		int port = freePort();
		Process client = start(port);
		try (BufferedReader output = client.inputReader()) {
			StringBuilder seen = new StringBuilder();
			// it has tried: nobody is there
			String line = output.readLine();
			while (line != null && !line.startsWith("    1 s ")) {
				seen.append(line).append('\n');
				line = output.readLine();
			}
			seen.append(line).append('\n');
			try (RunningExample server = RunningExample.server("grpc.server.port=" + port)) {
				assertThat(server.grpcPort()).isEqualTo(port);
				output.lines().forEach((each) -> seen.append(each).append('\n'));
				assertThat(seen.toString()).contains("1 s      0 calls     0 failed", "20 calls, 0 failed");
				assertThat(client.waitFor()).isZero();
			}
		}
	}

	private static String output(Process client) throws IOException {
		try (BufferedReader output = client.inputReader()) {
			return String.join("\n", output.lines().toList());
		}
	}

	/**
	 * As a user would: with its port of HTTP, and the variable that the chart sets.
	 */
	private Process start(int port) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						ExampleApplication.class.getName(), "--spring.profiles.active=client",
						"--spring.main.banner-mode=off", "--server.address=127.0.0.1", "--server.port=0",
						"--otel.sdk.disabled=true", "--grpc.client.users.address=static://127.0.0.1:" + port))
			.redirectErrorStream(true);
		builder.environment().keySet().removeIf((name) -> name.startsWith("KUBERNETES_"));
		builder.environment().put("EXAMPLE_CLIENT_CALLS", "20");
		Process client = builder.start();
		this.clients.add(client);
		return client;
	}

	private static Server serverWithoutUsers() throws IOException {
		return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.build()
			.start();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
