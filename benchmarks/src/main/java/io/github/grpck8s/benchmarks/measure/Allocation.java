package io.github.grpck8s.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;

import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that all threads of this process allocate. Since JDK 21 the JVM knows
 * the sum; before, it knows each living thread's, so what a thread allocates between the
 * last look at it and its end is missing. Not thread-safe.
 */
public final class Allocation {

	private static final @Nullable Method TOTAL = total();

	private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	/**
	 * The most that was seen of each thread, also of those that ended.
	 */
	private final Map<Long, Long> seen = new HashMap<>();

	private static @Nullable Method total() {
		try {
			return ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

	/**
	 * What was allocated so far.
	 * @return the bytes; only the difference of two calls has a meaning
	 */
	public long bytes() {
		if (TOTAL != null) {
			try {
				return (Long) TOTAL.invoke(this.threads);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(ex);
			}
		}
		long[] ids = this.threads.getAllThreadIds();
		long[] bytes = this.threads.getThreadAllocatedBytes(ids);
		for (int i = 0; i < ids.length; i++) {
			this.seen.merge(ids[i], bytes[i], Math::max);
		}
		return this.seen.values().stream().mapToLong(Long::longValue).sum();
	}

}
