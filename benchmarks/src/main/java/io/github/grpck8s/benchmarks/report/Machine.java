package io.github.grpck8s.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.management.OperatingSystemMXBean;

/**
 * What machine this is and what is measured on it. No names, no paths.
 */
public final class Machine {

	private static final Pattern JAR = Pattern.compile("([a-z][\\w.-]*?)-(\\d[\\w.]*(?:-alpha)?)\\.jar");

	private static final Map<String, String> SHOWN = Map.of("grpc-api", "grpc-java", "spring-boot", "Spring Boot",
			"grpc-server-spring-boot-starter", "net.devh", "opentelemetry-api", "OpenTelemetry",
			"opentelemetry-grpc-1.6", "OpenTelemetry gRPC library", "opentelemetry-javaagent", "OpenTelemetry agent",
			"kubernetes-client-api", "fabric8", "spring-cloud-kubernetes-fabric8-discovery", "spring-cloud-kubernetes",
			"spring-grpc-core", "Spring gRPC");

	private Machine() {
	}

	/**
	 * Cores, memory, JDK.
	 */
	public static Map<String, String> describe() {
		Map<String, String> machine = new LinkedHashMap<>();
		machine.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
		long memory = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
		machine.put("memory", (memory >> 30) + " GiB");
		machine.put("cpu", cpu());
		machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
		machine.put("jdk", System.getProperty("java.vm.vendor") + " " + Runtime.version());
		return machine;
	}

	private static String cpu() {
		try {
			return Files.readAllLines(Path.of("/proc/cpuinfo"))
				.stream()
				.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).strip())
				.findFirst()
				.orElse("unknown");
		}
		catch (IOException ex) {
			return "unknown";
		}
	}

	/**
	 * Versions of what stands on the class path.
	 */
	public static Map<String, String> versions() {
		Map<String, String> versions = new LinkedHashMap<>();
		for (String entry : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
			Matcher jar = JAR.matcher(Path.of(entry).getFileName().toString());
			if (jar.matches()) {
				String shown = SHOWN.get(jar.group(1));
				if (shown != null) {
					versions.put(shown, jar.group(2));
				}
			}
		}
		return versions;
	}

}
