package io.github.grpck8s.it.lifecycle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import io.github.grpck8s.it.cluster.Figures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@code grpc_health_probe} says of a server, which speaks the protocol as others
 * have understood it. The program is built from its Go module with those of the cluster
 * that is made of namespaces; {@code -Dgrpc-k8s.health-probe} names another one.
 */
@Tag("cluster")
class HealthProbeTests {

	private static final int OK = 0;

	private static final int NO_CONNECTION = 2;

	private static final int REFUSED = 3;

	private static final int UNHEALTHY = 4;

	private static final List<String> NAMES = List.of("", "readiness", "liveness", "startup", "users.v1.UserService");

	private static final Path PROGRAM = Path
		.of(System.getProperty("grpc-k8s.health-probe", Objects.requireNonNullElse(System.getenv("GRPC_K8S_CACHE"),
				System.getProperty("user.home") + "/.cache/grpc-k8s") + "/bin/grpc_health_probe"));

	private final List<ServerProcess> servers = new ArrayList<>();

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path files;

	private String said = "";

	@BeforeAll
	static void programIsThere() {
		assumeThat(PROGRAM).as("built with the programs of CLUSTER=own").isExecutable();
	}

	@AfterEach
	void close() {
		this.servers.forEach(ServerProcess::close);
	}

	@Test
	void plaintext() throws Exception {
		ServerProcess server = start("grpc.k8s.shutdown.delay=30s").awaitServing();
		for (String name : NAMES) {
			assertThat(probe(server.grpcPort(), name)).as("'%s': %s", name, this.said).isEqualTo(OK);
			assertThat(this.said).contains("status: SERVING");
		}
		assertThat(probe(server.grpcPort(), "nobody")).as(this.said).isEqualTo(REFUSED);
		assertThat(this.said).contains("NotFound");
		server.terminate();
		await().atMost(20, TimeUnit.SECONDS).until(() -> probe(server.grpcPort(), "") == UNHEALTHY);
		for (String name : List.of("", "readiness", "users.v1.UserService")) {
			assertThat(probe(server.grpcPort(), name)).as("'%s': %s", name, this.said).isEqualTo(UNHEALTHY);
			assertThat(this.said).contains("NOT_SERVING");
		}
		for (String name : List.of("liveness", "startup")) {
			assertThat(probe(server.grpcPort(), name)).as("'%s': %s", name, this.said).isEqualTo(OK);
		}
		Figures.print("grpc_health_probe, plaintext: %s SERVING, an unknown name refused; after SIGTERM NOT_SERVING, "
				+ "but liveness and startup", NAMES);
	}

	@Test
	void tlsWithAPortForProbes() throws Exception {
		Path keys = this.files.resolve("keys.p12");
		Path certificate = this.files.resolve("certificate.pem");
		keytool("-genkeypair", "-alias", "server", "-keyalg", "EC", "-storetype", "PKCS12", "-keystore",
				keys.toString(), "-storepass", "changeit", "-dname", "CN=localhost", "-ext",
				"san=dns:localhost,ip:127.0.0.1", "-validity", "2");
		keytool("-exportcert", "-rfc", "-alias", "server", "-keystore", keys.toString(), "-storepass", "changeit",
				"-file", certificate.toString());
		int port = freePort();
		ServerProcess server = start("grpc.server.security.enabled=true", "grpc.server.security.key-store=file:" + keys,
				"grpc.server.security.key-store-format=PKCS12", "grpc.server.security.key-store-password=changeit",
				"grpc.k8s.health.port=" + port);
		int main = server.grpcPort();
		String ca = "-tls-ca-cert=" + certificate;
		server.awaitLine(Pattern.compile("gRPC health is SERVING"));
		for (String name : NAMES) {
			assertThat(probe(port, name)).as("'%s' in plaintext: %s", name, this.said).isEqualTo(OK);
			assertThat(probe(main, name, "-tls", ca)).as("'%s' by TLS: %s", name, this.said).isEqualTo(OK);
		}
		assertThat(probe(port, "nobody")).as(this.said).isEqualTo(REFUSED);
		assertThat(probe(main, "", "-connect-timeout=2s")).as("plaintext to TLS: %s", this.said)
			.isEqualTo(NO_CONNECTION);
		Figures.print("grpc_health_probe, TLS on the main port: %s SERVING by TLS there, and in plaintext at "
				+ "grpc.k8s.health.port; plaintext to the main port gets no connection", NAMES);
	}

	private ServerProcess start(String... properties) throws IOException {
		String[] all = new String[properties.length + 3];
		all[0] = CountingServer.EXECUTIONS + "=" + this.files.resolve("executions");
		all[1] = "spring.main.web-application-type=none";
		all[2] = "spring.config.name=none";
		System.arraycopy(properties, 0, all, 3, properties.length);
		ServerProcess server = ServerProcess.start(CountingServer.class.getName(), all);
		this.servers.add(server);
		return server;
	}

	private int probe(int port, String name, String... more) throws Exception {
		List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "-addr=127.0.0.1:" + port,
				"-service=" + name, "-connect-timeout=10s", "-rpc-timeout=5s"));
		command.addAll(List.of(more));
		return run(command);
	}

	private void keytool(String... arguments) throws Exception {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
		command.addAll(List.of(arguments));
		assertThat(run(command)).as(this.said).isZero();
	}

	private int run(List<String> command) throws Exception {
		Path output = Files.createTempFile(this.files, "output", ".txt");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("%s ended", command).isTrue();
		this.said = Files.readString(output, StandardCharsets.UTF_8);
		return process.exitValue();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
