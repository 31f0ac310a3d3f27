package io.github.grpck8s.discovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Jackson's mapper is the measure.
 */
class JsonTreeTests {

	private static final String SLICE = """
			{"type":"ADDED","object":{"metadata":{"name":"users-é\\u0041","labels":{},"generation":9007199254740993},
			"ports":[{"port":9090,"name":null}],"endpoints":[{"addresses":["10.0.0.1"],"conditions":{"ready":true}}],
			"deep":[[[{}],[1,-2.5e3]],123456789012345678901234567890,false]}}""";

	@ParameterizedTest
	@ValueSource(strings = { SLICE, "{}", "[]", "null", "true", "1", "\"text\"", "", "  ", "{\"a\":1,\"a\":2}",
			"{} and more", "[1,[2,{\"a\":[]}]]" })
	void readsWhatTheMapperReads(String json) throws IOException {
		assertThat(JsonTree.read(bytes(json))).isEqualTo(new ObjectMapper().readTree(bytes(json)));
	}

	@Test
	void refusesWhatIsCutOff() {
		byte[] whole = bytes(SLICE);
		for (int length = 1; length < whole.length; length++) {
			byte[] part = Arrays.copyOf(whole, length);
			assertThatExceptionOfType(JsonProcessingException.class).isThrownBy(() -> JsonTree.read(part));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "<html>", "{a:1}", "[1,]", "{\"a\":}", "{\"a\" 1}", "nul" })
	void refusesWhatIsNoJson(String text) {
		assertThatExceptionOfType(JsonProcessingException.class).isThrownBy(() -> JsonTree.read(bytes(text)));
	}

	@Test
	void refusesWhatIsTooDeepForTheStack() {
		byte[] deep = bytes("[".repeat(1_000_000));
		assertThatExceptionOfType(JsonProcessingException.class).isThrownBy(() -> JsonTree.read(deep))
			.withMessageContaining("nesting depth");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
