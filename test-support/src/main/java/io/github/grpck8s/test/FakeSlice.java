package io.github.grpck8s.test;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * One EndpointSlice of a {@link FakeService}, for tests that must say in which slice a
 * pod stands. Each method is one write, seen as one event by each watch. It comes to be
 * with its first write. Thread-safe.
 */
public final class FakeSlice {

	private final FakeService service;

	private final SliceStore store;

	private final String name;

	private final Map<String, FakePod> pods = new LinkedHashMap<>();

	private final Map<String, String> labels = new TreeMap<>();

	private final Map<String, String> annotations = new TreeMap<>();

	private final String uid = UUID.randomUUID().toString();

	private String addressType = "IPv4";

	private @Nullable List<FakePort> ports;

	FakeSlice(FakeService service, SliceStore store, String name) {
		this.service = service;
		this.store = store;
		this.name = name;
		this.ports = service.ports();
		this.labels.put("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");
		this.labels.put("kubernetes.io/service-name", service.name());
	}

	/**
	 * The name of the slice.
	 * @return its name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Add pods, or replace those of the same names.
	 * @param pods the pods
	 * @return this slice
	 */
	public FakeSlice add(FakePod... pods) {
		synchronized (this.store) {
			for (FakePod pod : pods) {
				put(pod);
			}
			return write();
		}
	}

	/**
	 * Remove pods.
	 * @param names their names
	 * @return this slice
	 */
	public FakeSlice remove(String... names) {
		synchronized (this.store) {
			this.pods.keySet().removeAll(List.of(names));
			return write();
		}
	}

	/**
	 * Change a pod in this slice only.
	 * @param name its name
	 * @param change what to make of it
	 * @return this slice
	 */
	public FakeSlice update(String name, UnaryOperator<FakePod> change) {
		synchronized (this.store) {
			FakePod pod = this.pods.get(name);
			if (pod == null) {
				throw new IllegalArgumentException(
						"There is no pod " + name + " in slice " + this.name + ", only " + this.pods.keySet());
			}
			this.pods.put(name, change.apply(pod));
			return write();
		}
	}

	/**
	 * Set the ports.
	 * @param ports the ports, none for an empty list
	 * @return this slice
	 */
	public FakeSlice ports(FakePort... ports) {
		synchronized (this.store) {
			this.ports = List.of(ports);
			return write();
		}
	}

	/**
	 * Leave the ports out.
	 * @return this slice
	 */
	public FakeSlice withoutPorts() {
		synchronized (this.store) {
			this.ports = null;
			return write();
		}
	}

	/**
	 * Set the address type. It follows from the first pod unless set after that.
	 * @param addressType {@code IPv4}, {@code IPv6} or {@code FQDN}
	 * @return this slice
	 */
	public FakeSlice addressType(String addressType) {
		synchronized (this.store) {
			this.addressType = addressType;
			return write();
		}
	}

	/**
	 * Set a label.
	 * @param key the key
	 * @param value the value, {@code null} to remove it
	 * @return this slice
	 */
	public FakeSlice label(String key, @Nullable String value) {
		return set(this.labels, key, value);
	}

	/**
	 * Set an annotation and change nothing else.
	 * @param key the key
	 * @param value the value, {@code null} to remove it
	 * @return this slice
	 */
	public FakeSlice annotate(String key, @Nullable String value) {
		return set(this.annotations, key, value);
	}

	private FakeSlice set(Map<String, String> map, String key, @Nullable String value) {
		synchronized (this.store) {
			if (value == null) {
				map.remove(key);
			}
			else {
				map.put(key, value);
			}
			return write();
		}
	}

	/**
	 * Write the slice again without any change.
	 * @return this slice
	 */
	public FakeSlice touch() {
		synchronized (this.store) {
			this.store.put(stored(), true);
			return this;
		}
	}

	/**
	 * Delete the slice with all pods in it. A write brings it back.
	 */
	public void delete() {
		synchronized (this.store) {
			this.pods.clear();
			this.service.controller().forget(this);
			this.store.delete(this.service.namespace(), this.name);
		}
	}

	boolean has(String pod) {
		return this.pods.containsKey(pod);
	}

	Collection<FakePod> pods() {
		return this.pods.values();
	}

	boolean isPlaceholder() {
		return this.pods.isEmpty() && this.ports == null;
	}

	boolean takes(FakePod pod, List<FakePort> ports) {
		return isPlaceholder() || (this.addressType.equals(pod.addressType()) && ports.equals(this.ports));
	}

	/**
	 * This and what follows changes the slice without writing it.
	 */
	void put(FakePod pod) {
		if (this.pods.isEmpty()) {
			this.addressType = pod.addressType();
		}
		this.pods.put(pod.name(), pod);
	}

	void put(FakePod pod, List<FakePort> ports) {
		this.ports = ports;
		put(pod);
	}

	void take(String pod) {
		this.pods.remove(pod);
	}

	void makePlaceholder() {
		this.pods.clear();
		this.ports = null;
	}

	FakeSlice write() {
		this.service.controller().remember(this);
		this.store.put(stored(), false);
		return this;
	}

	private StoredSlice stored() {
		Map<String, Object> meta = new LinkedHashMap<>();
		meta.put("name", this.name);
		meta.put("generateName", this.service.name() + "-");
		meta.put("namespace", this.service.namespace());
		meta.put("uid", this.uid);
		meta.put("resourceVersion", StoredSlice.RESOURCE_VERSION);
		meta.put("creationTimestamp", "2026-01-01T00:00:00Z");
		meta.put("labels", this.labels);
		if (!this.annotations.isEmpty()) {
			meta.put("annotations", this.annotations);
		}
		Map<String, Object> json = new LinkedHashMap<>();
		json.put("metadata", meta);
		json.put("addressType", this.addressType);
		List<FakePort> ports = this.ports;
		// a placeholder has neither: the real API says null
		json.put("endpoints", isPlaceholder() ? null
				: this.pods.values().stream().map((pod) -> pod.json(this.service.namespace())).toList());
		json.put("ports", (ports != null) ? ports.stream().map(FakePort::json).toList() : null);
		return new StoredSlice(this.service.namespace(), this.name, Map.copyOf(this.labels), Json.write(json), false,
				0);
	}

}
