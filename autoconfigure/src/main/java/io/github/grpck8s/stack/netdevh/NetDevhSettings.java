package io.github.grpck8s.stack.netdevh;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.env.Environment;

/**
 * What the user has set in the words of net.devh. Asked of the Environment: the stack's
 * own getters cannot tell a value that was set from a default.
 */
class NetDevhSettings implements StackSettings {

	private static final Logger logger = LoggerFactory.getLogger(NetDevhSettings.class);

	private static final String GLOBAL = "GLOBAL";

	private final Binder binder;

	private final SettingsTree server;

	private final Set<String> said = ConcurrentHashMap.newKeySet();

	NetDevhSettings(Environment environment) {
		this.binder = Binder.get(environment);
		this.server = SettingsTree.of(this.binder, "grpc.server");
	}

	@Override
	public boolean keepsServer(String property) {
		Counterpart counterpart = Counterpart.SERVER.get(property);
		return counterpart != null && keeps(counterpart, List.of(this.server), isSet(property) ? property : null);
	}

	@Override
	public boolean keepsChannel(String property, ChannelSpec channel) {
		Counterpart counterpart = Counterpart.CLIENT.get(property);
		return counterpart != null && keeps(counterpart, of(channel), whereOursIsSet(property, channel));
	}

	/**
	 * Say what is set for a channel both in our words and in the stack's. A room need not
	 * ask for what is set for a single channel.
	 * @param channel which channel it is
	 */
	void sayWhatIsSetTwice(ChannelSpec channel) {
		Counterpart.CLIENT.keySet().forEach((property) -> keepsChannel(property, channel));
	}

	@Override
	public <T> @Nullable Setting<T> serverSetting(String property, Class<T> type) {
		Counterpart counterpart = Counterpart.SERVER.get(property);
		return (counterpart != null) ? effective(counterpart, List.of(this.server), type) : null;
	}

	@Override
	public @Nullable Setting<Integer> serverPort() {
		return effective(Counterpart.PORT, List.of(this.server), Integer.class);
	}

	@Override
	public <T> @Nullable Setting<T> channelSetting(String property, ChannelSpec channel, Class<T> type) {
		Counterpart counterpart = Counterpart.CLIENT.get(property);
		return (counterpart != null) ? effective(counterpart, of(channel), type) : null;
	}

	private boolean keeps(Counterpart counterpart, List<SettingsTree> places, @Nullable String ours) {
		String theirs = whereSet(counterpart.name(), places);
		String enabledBy = counterpart.enabledBy();
		if (enabledBy != null && !"true".equalsIgnoreCase(String.valueOf(value(enabledBy, places)))) {
			String off = whereSet(enabledBy, places);
			if (off == null && theirs != null) {
				sayOnce(theirs + " has no effect without " + enabledBy + "=true beside it");
			}
			theirs = off;
		}
		if (theirs == null) {
			return false;
		}
		if (ours != null) {
			sayOnce("Both '" + ours + "' and '" + theirs + "' are set: the former is used");
			return false;
		}
		return true;
	}

	private <T> @Nullable Setting<T> effective(Counterpart counterpart, List<SettingsTree> places, Class<T> type) {
		String enabledBy = counterpart.enabledBy();
		if (enabledBy != null && !"true".equalsIgnoreCase(String.valueOf(value(enabledBy, places)))) {
			return null;
		}
		String name = whereSet(counterpart.name(), places);
		Object value = (name != null) ? value(counterpart.name(), places) : counterpart.defaultValue();
		if (value == null) {
			return null;
		}
		String property = (name != null) ? name : places.get(0).prefix() + "." + counterpart.name();
		try {
			T converted = ApplicationConversionService.getSharedInstance().convert(value, type);
			return (converted != null) ? new Setting<>(property, converted) : null;
		}
		catch (ConversionException ex) {
			InvalidSettingException invalid = new InvalidSettingException(property, value,
					"must be of type " + type.getSimpleName(),
					"Correct the value, or leave it out to have the default.");
			invalid.initCause(ex);
			throw invalid;
		}
	}

	// the channel's own settings before those of all channels
	private List<SettingsTree> of(ChannelSpec channel) {
		SettingsTree clients = SettingsTree.of(this.binder, "grpc.client");
		return List.of(clients.branch(channel.name()), clients.branch(GLOBAL));
	}

	private static @Nullable String whereSet(String name, List<SettingsTree> places) {
		return places.stream()
			.filter((place) -> place.has(name))
			.findFirst()
			.map((place) -> place.prefix() + "." + name)
			.orElse(null);
	}

	private static @Nullable Object value(String name, List<SettingsTree> places) {
		return places.stream()
			.filter((place) -> place.has(name))
			.findFirst()
			.map((place) -> place.find(name))
			.orElse(null);
	}

	// grpc.k8s.keepalive.client.time is grpc.k8s.keepalive.channels.users.time for one
	private @Nullable String whereOursIsSet(String property, ChannelSpec channel) {
		String room = property.substring(0, property.indexOf('.', "grpc.k8s.".length()));
		String setting = property.substring(property.lastIndexOf('.') + 1);
		if (SettingsTree.of(this.binder, room + ".channels").branch(channel.name()).has(setting)) {
			return room + ".channels." + channel.name() + "." + setting;
		}
		return isSet(property) ? property : null;
	}

	private boolean isSet(String property) {
		int dot = property.lastIndexOf('.');
		return SettingsTree.of(this.binder, property.substring(0, dot)).has(property.substring(dot + 1));
	}

	private void sayOnce(String sentence) {
		if (this.said.add(sentence)) {
			logger.warn(sentence);
		}
	}

}
