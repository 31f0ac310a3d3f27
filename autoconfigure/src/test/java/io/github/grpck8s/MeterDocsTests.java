package io.github.grpck8s;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters in {@code docs/observability.md} are made from the enums of the rooms, each
 * of which has one. Run with {@code -Ddocs.update=true} to write them anew.
 */
class MeterDocsTests {

	private static final Path PAGE = Path.of("..", "docs", "observability.md");

	private static final String BEGIN = "<!-- made from the enums of the rooms by MeterDocsTests -->\n";

	private static final String END = "<!-- until here -->";

	private static final Path SOURCES = Path.of("src", "main", "java");

	/** A meter that is named where it is made and not in an enum. */
	private static final Pattern NAMED_ELSEWHERE = Pattern
		.compile("(Counter|Timer|Gauge|DistributionSummary)\\s*\\.builder\\(\\s*\"");

	@Test
	void pageShowsWhatThereIs() throws IOException {
		String page = Files.readString(PAGE);
		int begin = page.indexOf(BEGIN);
		int end = page.indexOf(END);
		assertThat(begin).as("'%s' in %s", BEGIN, PAGE).isNotNegative();
		assertThat(end).as("'%s' in %s", END, PAGE).isGreaterThan(begin);
		String updated = page.substring(0, begin + BEGIN.length()) + tables() + page.substring(end);
		if (Boolean.getBoolean("docs.update")) {
			Files.writeString(PAGE, updated);
		}
		assertThat(PAGE)
			.as("./mvnw -pl autoconfigure -am test -Dtest=MeterDocsTests -Ddocs.update=true "
					+ "-Dsurefire.failIfNoSpecifiedTests=false writes it anew")
			.hasContent(updated);
	}

	@Test
	void everyMeterIsNamedInTheEnumOfItsRoom() throws IOException {
		try (Stream<Path> sources = Files.walk(SOURCES)) {
			assertThat(sources.filter((file) -> file.toString().endsWith(".java"))).isNotEmpty()
				.allSatisfy((file) -> assertThat(NAMED_ELSEWHERE.matcher(Files.readString(file)).find()).as("%s", file)
					.isFalse());
		}
	}

	@Test
	void aRoomHasOneEnumOfMetersAndItsPrefix() {
		meters().forEach((room, meters) -> assertThat(meters).allSatisfy((meter) -> {
			assertThat(meter.getDeclaringClass()).as(room).isEqualTo(meters.get(0).getDeclaringClass());
			String name = (String) get(meter, "meterName");
			// the names that gRFCs give are those of all gRPC
			assertThat(name).matches("grpc\\.(k8s\\." + room + "|server\\.call|client|subchannel)\\..+");
		}));
	}

	private static String tables() {
		StringBuilder tables = new StringBuilder();
		meters().forEach((room, meters) -> {
			tables.append("\n### [").append(room).append("](").append(room).append(".md)\n\n");
			tables.append("| meter | labels | what |\n|---|---|---|\n");
			meters.forEach((meter) -> tables.append(row(meter)));
		});
		return tables.append('\n').toString();
	}

	private static String row(Enum<?> meter) {
		List<?> labels = (List<?>) get(meter, "labels");
		return "| `" + get(meter, "meterName") + "` | "
				+ labels.stream().map((label) -> "`" + label + "`").collect(Collectors.joining(", ")) + " | "
				+ get(meter, "description") + " |\n";
	}

	private static Map<String, List<Enum<?>>> meters() {
		Map<String, List<Enum<?>>> rooms = new TreeMap<>();
		new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.importPackages("io.github.grpck8s")
			.stream()
			.filter((type) -> type.isEnum() && type.getSimpleName().endsWith("Meter"))
			.forEach((type) -> rooms.computeIfAbsent(room(type), (room) -> new ArrayList<>())
				.addAll(List.of((Enum<?>[]) type.reflect().getEnumConstants())));
		assertThat(rooms).containsKeys("balancing", "discovery", "health", "observability", "shutdown");
		return rooms;
	}

	private static String room(JavaClass type) {
		return type.getPackageName().split("\\.")[3];
	}

	private static Object get(Enum<?> meter, String property) {
		try {
			Method method = meter.getDeclaringClass().getDeclaredMethod(property);
			method.setAccessible(true);
			return method.invoke(meter);
		}
		catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
			throw new AssertionError(meter.getDeclaringClass() + " has no '" + property + "()'", ex);
		}
	}

}
