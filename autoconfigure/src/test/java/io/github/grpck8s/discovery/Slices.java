package io.github.grpck8s.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import io.github.grpck8s.discovery.Slice.SlicePort;
import org.jspecify.annotations.Nullable;

/**
 * Makes slices for tests.
 */
final class Slices {

	static final ServiceKey USERS = new ServiceKey("shop", "users");

	private final String name;

	private String version = "1";

	private String uid;

	private IpFamily family = IpFamily.IPV4;

	private final List<SlicePort> ports = new ArrayList<>();

	private final List<EndpointData> endpoints = new ArrayList<>();

	private Slices(String name) {
		this.name = name;
		this.uid = "uid-" + name;
	}

	static Slices slice(String name) {
		return new Slices(name);
	}

	Slices version(String version) {
		this.version = version;
		return this;
	}

	Slices uid(String uid) {
		this.uid = uid;
		return this;
	}

	Slices ipv6() {
		this.family = IpFamily.IPV6;
		return this;
	}

	Slices port(String name, int number) {
		return port(name, number, null);
	}

	Slices port(String name, int number, @Nullable String appProtocol) {
		this.ports.add(new SlicePort(name, number, appProtocol));
		return this;
	}

	Slices ready(String... addresses) {
		for (String address : addresses) {
			with(endpoint(address, true, true, false));
		}
		return this;
	}

	Slices with(EndpointData... data) {
		this.endpoints.addAll(List.of(data));
		return this;
	}

	Slice get() {
		return new Slice(this.name, this.uid, this.version, this.family, this.ports, this.endpoints);
	}

	static EndpointData endpoint(String address, boolean ready, boolean serving, boolean terminating) {
		return new EndpointData(inet(address), ready, serving, terminating, null, null, Set.of(), Set.of(),
				"pod-" + address, "uid-" + address);
	}

	static EndpointData anonymous(String address, boolean ready, boolean serving, boolean terminating) {
		return new EndpointData(inet(address), ready, serving, terminating, null, null, Set.of(), Set.of(), null, null);
	}

	static EndpointData placed(String address, String node, String zone, Set<String> forNodes, Set<String> forZones) {
		return new EndpointData(inet(address), true, true, false, node, zone, forNodes, forZones, null, null);
	}

	static EndpointData of(EndpointData data, String uid) {
		return new EndpointData(data.address(), data.ready(), data.serving(), data.terminating(), data.node(),
				data.zone(), data.forNodes(), data.forZones(), data.pod(), uid);
	}

	static InetAddress inet(String address) {
		try {
			return InetAddress.getByName(address);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	/**
	 * The slices of a hub.
	 */
	static Source source(EndpointSliceHub hub, DiscoverySettings settings) {
		return (service, changed) -> CompletableFuture.completedFuture(hub.subscribe(service, settings, changed));
	}

	static Selection wanted(String target) {
		return wanted(target, UnaryOperator.identity());
	}

	static Selection wanted(String target, UnaryOperator<Selection> change) {
		return change.apply(new Selection(KubernetesTarget.parse(target).port(), IpFamily.AUTO, false, null, null));
	}

}
