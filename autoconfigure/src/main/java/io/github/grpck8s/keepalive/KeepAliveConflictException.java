package io.github.grpck8s.keepalive;

import io.github.grpck8s.StackSettings.Setting;

/**
 * A channel pings more than the server of the same application permits.
 */
public class KeepAliveConflictException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final String clientProperty;

	private final String clientValue;

	private final String serverProperty;

	private final String serverValue;

	/**
	 * Create the exception.
	 * @param channel name of the channel
	 * @param client what the channel does
	 * @param server what the server permits
	 */
	public KeepAliveConflictException(String channel, Setting<?> client, Setting<?> server) {
		super("Channel '" + channel + "' pings more than the server of this application permits: '" + client.property()
				+ "' is '" + client.value() + "' but '" + server.property() + "' is '" + server.value() + "'");
		this.clientProperty = client.property();
		this.clientValue = client.value().toString();
		this.serverProperty = server.property();
		this.serverValue = server.value().toString();
	}

	/**
	 * The property that makes the channel ping.
	 * @return its full name
	 */
	public String getClientProperty() {
		return this.clientProperty;
	}

	/**
	 * What that property is set to.
	 * @return its value
	 */
	public String getClientValue() {
		return this.clientValue;
	}

	/**
	 * The property that forbids it.
	 * @return its full name
	 */
	public String getServerProperty() {
		return this.serverProperty;
	}

	/**
	 * What that property is set to.
	 * @return its value
	 */
	public String getServerValue() {
		return this.serverValue;
	}

}
