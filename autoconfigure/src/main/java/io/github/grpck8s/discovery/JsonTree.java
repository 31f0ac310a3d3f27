package io.github.grpck8s.discovery;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Reads JSON into a tree. Jackson's mapper does the same after it has loaded hundreds of
 * classes that know how to bind beans, and the first list of a process would wait for
 * them. Depth and sizes are limited by Jackson's parser.
 */
final class JsonTree {

	private static final JsonFactory PARSERS = new JsonFactory();

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private JsonTree() {
	}

	/**
	 * Read the first value.
	 * @param json UTF-8
	 * @return the value, or a missing node if there is none
	 * @throws com.fasterxml.jackson.core.JsonProcessingException if it is not JSON
	 */
	static JsonNode read(byte[] json) throws IOException {
		try (JsonParser parser = PARSERS.createParser(json)) {
			return (parser.nextToken() != null) ? value(parser) : MissingNode.getInstance();
		}
	}

	private static JsonNode value(JsonParser parser) throws IOException {
		return switch (parser.currentToken()) {
			case START_OBJECT -> object(parser);
			case START_ARRAY -> array(parser);
			case VALUE_STRING -> NODES.textNode(parser.getText());
			case VALUE_NUMBER_INT -> number(parser);
			case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
			case VALUE_TRUE -> NODES.booleanNode(true);
			case VALUE_FALSE -> NODES.booleanNode(false);
			default -> NODES.nullNode();
		};
	}

	private static JsonNode object(JsonParser parser) throws IOException {
		ObjectNode object = NODES.objectNode();
		while (parser.nextToken() != JsonToken.END_OBJECT) {
			String name = parser.currentName();
			parser.nextToken();
			object.set(name, value(parser));
		}
		return object;
	}

	private static JsonNode array(JsonParser parser) throws IOException {
		ArrayNode array = NODES.arrayNode();
		while (parser.nextToken() != JsonToken.END_ARRAY) {
			array.add(value(parser));
		}
		return array;
	}

	private static JsonNode number(JsonParser parser) throws IOException {
		return switch (parser.getNumberType()) {
			case INT -> NODES.numberNode(parser.getIntValue());
			case LONG -> NODES.numberNode(parser.getLongValue());
			default -> NODES.numberNode(parser.getBigIntegerValue());
		};
	}

}
