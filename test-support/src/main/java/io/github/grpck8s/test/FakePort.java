package io.github.grpck8s.test;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A port as an EndpointSlice shows it. A value that is {@code null} is left out.
 *
 * @param name the name of the port, empty or {@code null} for the unnamed one
 * @param number the number at the pod
 * @param protocol {@code TCP}, {@code UDP} or {@code SCTP}
 * @param appProtocol for example {@code grpc} or {@code kubernetes.io/h2c}
 */
public record FakePort(@Nullable String name, @Nullable Integer number, @Nullable String protocol,
		@Nullable String appProtocol) {

	/**
	 * A TCP port.
	 * @param name the name of the port
	 * @param number the number at the pod
	 * @return the port
	 */
	public static FakePort of(String name, int number) {
		return new FakePort(name, number, "TCP", null);
	}

	Map<String, Object> json() {
		Map<String, Object> json = new LinkedHashMap<>();
		if (this.name != null) {
			json.put("name", this.name);
		}
		if (this.protocol != null) {
			json.put("protocol", this.protocol);
		}
		if (this.number != null) {
			json.put("port", this.number);
		}
		if (this.appProtocol != null) {
			json.put("appProtocol", this.appProtocol);
		}
		return json;
	}

}
