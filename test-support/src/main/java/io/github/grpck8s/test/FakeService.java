package io.github.grpck8s.test;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * A Service and its pods. Spreads them over slices as the controller of Kubernetes does:
 * at most 100 in one slice, pods whose ports or address families differ in different
 * ones, and when the last pod goes an empty slice without ports stays. The service comes
 * to be with its first pod or with {@code scale(0)}. Thread-safe.
 */
public final class FakeService {

	private final SliceStore store;

	private final String namespace;

	private final String name;

	private final SliceController slices;

	private List<FakePort> ports = List.of(FakePort.of("grpc", 9090));

	private IntFunction<FakePod> template;

	private int podsMade;

	FakeService(SliceStore store, String namespace, String name, int number) {
		this.store = store;
		this.namespace = namespace;
		this.name = name;
		this.slices = new SliceController(this, store);
		this.template = (pod) -> FakePod.of(name + "-" + pod,
				"10." + number + "." + (pod / 250) + "." + (pod % 250 + 1));
	}

	/**
	 * The order of the two writes that move a pod from one slice to another.
	 */
	public enum Move {

		/**
		 * For a moment the pod stands in both slices.
		 */
		ADD_FIRST,

		/**
		 * For a moment the pod stands in no slice.
		 */
		REMOVE_FIRST

	}

	/**
	 * The namespace of the service.
	 * @return its name
	 */
	public String namespace() {
		return this.namespace;
	}

	/**
	 * The name of the service.
	 * @return its name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Set the ports of pods that are added from now on and have none of their own. Until
	 * then it is {@code grpc}, 9090.
	 * @param ports the ports
	 * @return this service
	 */
	public FakeService ports(FakePort... ports) {
		synchronized (this.store) {
			this.ports = List.of(ports);
			return this;
		}
	}

	/**
	 * Set what pods look like that {@link #scale} and {@link #roll()} make. Until then
	 * they have addresses in 10.0.0.0/8 at which nobody listens.
	 * @param template makes a pod from its number, which counts up from 1
	 * @return this service
	 */
	public FakeService template(IntFunction<FakePod> template) {
		synchronized (this.store) {
			this.template = template;
			return this;
		}
	}

	/**
	 * Set how many pods go into one slice before the next is begun.
	 * @param podsPerSlice the number, at least 1; 100 until then
	 * @return this service
	 */
	public FakeService podsPerSlice(int podsPerSlice) {
		synchronized (this.store) {
			this.slices.podsPerSlice(podsPerSlice);
			return this;
		}
	}

	/**
	 * Add pods, one write per slice.
	 * @param pods the pods
	 * @return this service
	 */
	public FakeService add(FakePod... pods) {
		synchronized (this.store) {
			Set<FakeSlice> changed = new LinkedHashSet<>();
			for (FakePod pod : pods) {
				changed.add(this.slices.place(pod, pod.portsOr(this.ports)));
			}
			changed.forEach(FakeSlice::write);
			return this;
		}
	}

	/**
	 * Change a pod. Where its ports or its family change, it moves to another slice.
	 * @param pod its name
	 * @param change what to make of it
	 * @return this service
	 */
	public FakeService update(String pod, UnaryOperator<FakePod> change) {
		synchronized (this.store) {
			FakeSlice slice = this.slices.holding(pod);
			FakePod before = find(slice, pod);
			FakePod after = change.apply(before);
			if (after.portsOr(this.ports).equals(before.portsOr(this.ports))
					&& after.addressType().equals(before.addressType())) {
				slice.put(after);
				slice.write();
			}
			else {
				slice.take(pod);
				add(after);
				this.slices.writeOrDelete(slice);
			}
			return this;
		}
	}

	/**
	 * Set the readiness of a pod, as the kubelet's probe does: {@code ready} and
	 * {@code serving}.
	 * @param pod its name
	 * @param ready whether it is ready
	 * @return this service
	 */
	public FakeService ready(String pod, boolean ready) {
		return update(pod, (before) -> before.ready(ready).serving(ready));
	}

	/**
	 * Mark a pod as terminating, as its deletion does: it still serves, but is not ready.
	 * @param pod its name
	 * @return this service
	 */
	public FakeService terminate(String pod) {
		return update(pod, (before) -> before.ready(false).terminating(true));
	}

	/**
	 * Remove pods, one write per slice.
	 * @param pods their names
	 * @return this service
	 */
	public FakeService remove(String... pods) {
		synchronized (this.store) {
			Set<FakeSlice> changed = new LinkedHashSet<>();
			for (String pod : pods) {
				FakeSlice slice = this.slices.holding(pod);
				slice.take(pod);
				changed.add(slice);
			}
			changed.forEach(this.slices::writeOrDelete);
			return this;
		}
	}

	/**
	 * Make pods until there are so many, or mark the newest as terminating and remove
	 * them. With 0 the service exists and has no pod.
	 * @param pods how many
	 * @return this service
	 */
	public FakeService scale(int pods) {
		synchronized (this.store) {
			List<String> names = pods();
			if (pods > names.size()) {
				FakePod[] more = new FakePod[pods - names.size()];
				for (int i = 0; i < more.length; i++) {
					more[i] = makePod();
				}
				add(more);
			}
			else if (pods < names.size()) {
				List<String> newest = names.subList(pods, names.size());
				newest.forEach(this::terminate);
				remove(newest.toArray(String[]::new));
			}
			else if (pods == 0) {
				this.slices.writePlaceholder();
			}
			return this;
		}
	}

	/**
	 * Replace all pods one by one, as a rolling update does: a new one is added, an old
	 * one is terminating, the old one is removed.
	 * @return this service
	 */
	public FakeService roll() {
		synchronized (this.store) {
			for (String old : pods()) {
				add(makePod());
				terminate(old);
				remove(old);
			}
			return this;
		}
	}

	private FakePod makePod() {
		this.podsMade++;
		return this.template.apply(this.podsMade);
	}

	/**
	 * Move a pod to another slice in two writes. Put the slices' own methods between
	 * where time must pass in between.
	 * @param pod its name
	 * @param to the name of the other slice, which need not exist
	 * @param order the order of the writes
	 * @return this service
	 */
	public FakeService moveToOtherSlice(String pod, String to, Move order) {
		synchronized (this.store) {
			FakeSlice from = this.slices.holding(pod);
			FakePod moving = find(from, pod);
			if (order == Move.ADD_FIRST) {
				slice(to).add(moving);
				from.remove(pod);
			}
			else {
				from.remove(pod);
				slice(to).add(moving);
			}
			return this;
		}
	}

	/**
	 * A slice of this service by its name.
	 * @param slice the name
	 * @return the slice; it comes to be with its first write
	 */
	public FakeSlice slice(String slice) {
		synchronized (this.store) {
			return this.slices.named(slice);
		}
	}

	/**
	 * The slices that there are, without the raw ones.
	 * @return the slices
	 */
	public List<FakeSlice> slices() {
		synchronized (this.store) {
			return this.slices.slices();
		}
	}

	/**
	 * The names of the pods in all slices.
	 * @return the names, each once
	 */
	public List<String> pods() {
		synchronized (this.store) {
			return this.slices.pods();
		}
	}

	/**
	 * Write a slice of any JSON, or of no JSON at all. It is served letter by letter to
	 * those who select this service, whatever its labels say.
	 * @param slice the name under which it is kept
	 * @param json the text, in which <code>${resourceVersion}</code> stands for the
	 * version of this write
	 * @return this service
	 */
	public FakeService rawSlice(String slice, String json) {
		this.store.put(
				new StoredSlice(this.namespace, slice, Map.of("kubernetes.io/service-name", this.name), json, true, 0),
				true);
		return this;
	}

	/**
	 * Delete a slice that was written by {@link #rawSlice}.
	 * @param slice its name
	 * @return this service
	 */
	public FakeService deleteRawSlice(String slice) {
		this.store.delete(this.namespace, slice);
		return this;
	}

	/**
	 * Delete the service with all its slices, except raw ones.
	 */
	public void delete() {
		synchronized (this.store) {
			slices().forEach(FakeSlice::delete);
		}
	}

	List<FakePort> ports() {
		return this.ports;
	}

	SliceController controller() {
		return this.slices;
	}

	private static FakePod find(FakeSlice slice, String name) {
		return slice.pods().stream().filter((pod) -> pod.name().equals(name)).findFirst().orElseThrow();
	}

}
