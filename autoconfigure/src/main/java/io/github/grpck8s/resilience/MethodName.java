package io.github.grpck8s.resilience;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A method or, without its second half, all methods of a service.
 *
 * @param service full name of the service, for example {@code users.v1.UserService}
 * @param method name of the method, {@code null} for all of the service
 */
public record MethodName(String service, @Nullable String method) {

	private static final Pattern NAME = Pattern
		.compile("(?<service>[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*)(/(?<method>[A-Za-z_]\\w*))?");

	/**
	 * Read a name.
	 * @param name {@code pkg.Service/Method} or {@code pkg.Service}
	 * @return the name, {@code null} when it is neither
	 */
	public static @Nullable MethodName parse(String name) {
		Matcher matcher = NAME.matcher(name);
		return matcher.matches() ? new MethodName(matcher.group("service"), matcher.group("method")) : null;
	}

	/**
	 * The service that the method belongs to.
	 */
	MethodName wholeService() {
		return new MethodName(this.service, null);
	}

	/**
	 * As it stands in {@code name} of a method config.
	 */
	Map<String, String> toServiceConfig() {
		Map<String, String> name = new LinkedHashMap<>();
		name.put("service", this.service);
		if (this.method != null) {
			name.put("method", this.method);
		}
		return name;
	}

	@Override
	public String toString() {
		return (this.method != null) ? this.service + "/" + this.method : this.service;
	}

}
