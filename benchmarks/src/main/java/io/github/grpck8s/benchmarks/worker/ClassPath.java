package io.github.grpck8s.benchmarks.worker;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an application of a certain kind has on its class path, as a part of this module's
 * own, so all kinds have the same versions.
 */
public enum ClassPath {

	/**
	 * grpc-java, and OpenTelemetry for those who ask for it.
	 */
	BARE(Parts.BARE),

	/**
	 * net.devh's two starters.
	 */
	NET_DEVH(Parts.BARE.or(Parts.SPRING).or(Parts.NET_DEVH)),

	/**
	 * Boot's own gRPC.
	 */
	BOOT(Parts.BARE.or(Parts.SPRING).or(Parts.BOOT_GRPC)),

	/**
	 * Our starter.
	 */
	STARTER(Parts.FOREIGN.negate()),

	/**
	 * All that our starter brings and nothing of ours.
	 */
	STARTER_WITHOUT_OURS(Parts.FOREIGN.or(Parts.OURS).negate()),

	/**
	 * fabric8's client with its own HTTP client, and what asks it.
	 */
	FABRIC8(Parts.FOREIGN.negate().or(Parts.VERTX).and(Parts.JDK_CLIENT.negate()));

	private final Predicate<String> part;

	ClassPath(Predicate<String> part) {
		this.part = part;
	}

	/**
	 * The class path.
	 */
	public String text() {
		return entries().stream()
			.filter((entry) -> this.part.test(label(Path.of(entry))))
			.collect(Collectors.joining(File.pathSeparator));
	}

	/**
	 * The same without folders: an AOT cache knows jars only.
	 * @return the class path, or an empty text where modules have not been packaged
	 */
	public String jarsOnly() {
		List<String> jars = Arrays.stream(text().split(File.pathSeparator))
			.map((entry) -> jar(Path.of(entry)))
			.toList();
		return jars.contains("") ? "" : String.join(File.pathSeparator, jars);
	}

	/**
	 * A jar of this module's class path.
	 * @param artifact the beginning of its name
	 */
	public static Path find(String artifact) {
		return entries().stream()
			.map(Path::of)
			.filter((entry) -> entry.getFileName().toString().startsWith(artifact + "-"))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("Not on the class path: " + artifact));
	}

	private static List<String> entries() {
		return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
	}

	/**
	 * The name of a library, or the folder of a module of this build.
	 */
	private static String label(Path entry) {
		Path path = entry.toAbsolutePath();
		int names = path.getNameCount();
		boolean module = names >= 3 && path.getName(names - 2).toString().equals("target");
		return module ? "module:" + path.getName(names - 3) : path.getName(names - 1).toString();
	}

	private static String jar(Path entry) {
		if (!Files.isDirectory(entry)) {
			return entry.toString();
		}
		Path target = entry.toAbsolutePath().getParent();
		File[] jars = (target != null) ? target.toFile()
			.listFiles((folder, name) -> name.matches("grpc-k8s-.*SNAPSHOT\\.jar|grpc-k8s-.*\\d\\.jar")) : null;
		return (jars == null || jars.length != 1) ? "" : jars[0].toString();
	}

	/**
	 * What libraries belong together.
	 */
	private static final class Parts {

		static final Predicate<String> BARE = names("module:(benchmarks|proto)|module:grpc-k8s-example-proto"
				+ "|grpc-(api|context|core|inprocess|netty-shaded|protobuf|protobuf-lite|services|stub|util)-\\d.*"
				+ "|(protobuf-java|proto-google-common-protos|guava|failureaccess|gson|perfmark-api|animal-sniffer-annotations"
				+ "|annotations|error_prone_annotations|jspecify|listenablefuture)-\\d.*"
				+ "|opentelemetry-(api|api-incubator|common|context|sdk|sdk-common|sdk-trace|sdk-logs|sdk-metrics|semconv"
				+ "|instrumentation-api|instrumentation-api-incubator|grpc-1.6)-\\d.*");

		static final Predicate<String> SPRING = names("spring-(core|context|beans|aop|expression)-\\d.*"
				+ "|spring-boot(-autoconfigure|-starter|-starter-logging)?-\\d.*"
				+ "|(logback-classic|logback-core|log4j-to-slf4j|log4j-api|jul-to-slf4j|slf4j-api|snakeyaml|commons-logging"
				+ "|micrometer-commons|micrometer-observation|jakarta.annotation-api)-\\d.*");

		static final Predicate<String> NET_DEVH = names("grpc-(server|client|common)-spring-boot-.*");

		static final Predicate<String> BOOT_GRPC = names("spring-boot-grpc-.*|spring-grpc-core-.*");

		static final Predicate<String> OURS = names("module:autoconfigure|grpc-k8s-spring-boot-.*");

		static final Predicate<String> VERTX = names("(kubernetes-httpclient-vertx|vertx|netty)-.*");

		static final Predicate<String> JDK_CLIENT = names("kubernetes-httpclient-jdk-.*");

		static final Predicate<String> FOREIGN = BOOT_GRPC.or(VERTX)
			.or(names("opentelemetry-javaagent-.*|opentelemetry-grpc-1.6-.*"
					+ "|jmh-.*|jopt-simple-.*|commons-math3-.*|junit-.*|assertj-.*|opentest4j-.*|apiguardian-.*"));

		private Parts() {
		}

		private static Predicate<String> names(String pattern) {
			return Pattern.compile(pattern).asMatchPredicate();
		}

	}

}
