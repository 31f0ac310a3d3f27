package io.github.grpck8s.discovery;

import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A channel's way to one source of endpoints: opened when it is needed, and again if the
 * configuration could not be used. Belongs to the synchronization context, except where
 * it says otherwise.
 */
final class Feed {

	private static final long RETRY = TimeUnit.SECONDS.toNanos(5);

	private final ServiceKey service;

	private final Source source;

	private final ChannelContext context;

	private final Runnable changed;

	private final AtomicBoolean noted = new AtomicBoolean();

	// another opening makes what comes of the one before void
	private int opening;

	private boolean open;

	private @Nullable Subscription subscription;

	private WatchState unknown;

	/**
	 * Create a feed that is closed.
	 * @param changed is called in the synchronization context when there may be news
	 */
	Feed(ServiceKey service, Source source, ChannelContext context, Runnable changed) {
		this.service = service;
		this.source = source;
		this.context = context;
		this.changed = changed;
		this.unknown = WatchState.unknown(service);
	}

	boolean isOpen() {
		return this.open;
	}

	@Nullable Subscription subscription() {
		return this.subscription;
	}

	/**
	 * What is known now.
	 */
	WatchState state() {
		return (this.subscription != null) ? this.subscription.state() : this.unknown;
	}

	void open() {
		if (!this.open) {
			this.open = true;
			connect();
		}
	}

	void close() {
		this.open = false;
		this.opening++;
		this.unknown = WatchState.unknown(this.service);
		Subscription held = this.subscription;
		this.subscription = null;
		if (held != null) {
			held.close();
		}
	}

	void refresh() {
		if (this.subscription != null) {
			this.subscription.refresh();
		}
	}

	private void connect() {
		int mine = ++this.opening;
		if (!this.context.offload(() -> subscribe(mine))) {
			again(mine);
		}
	}

	/**
	 * Reads configuration files: not in the synchronization context.
	 */
	private void subscribe(int mine) {
		try {
			this.source.subscribe(this.service, this::note)
				.whenComplete((made, cause) -> this.context.syncContext().execute(() -> subscribed(mine, made, cause)));
		}
		catch (RuntimeException | LinkageError ex) {
			this.context.syncContext().execute(() -> subscribed(mine, null, ex));
		}
	}

	private void subscribed(int mine, @Nullable Subscription made, @Nullable Throwable cause) {
		if (mine != this.opening || !this.open) {
			if (made != null) {
				made.close();
			}
			return;
		}
		if (made == null) {
			Throwable root = (cause instanceof CompletionException && cause.getCause() != null) ? cause.getCause()
					: cause;
			this.unknown = this.unknown.with(Problem.configuration(String.valueOf(root), root, this.service),
					this.context.now());
			again(mine);
		}
		this.subscription = made;
		this.changed.run();
	}

	private void again(int mine) {
		this.context.schedule(() -> {
			if (mine == this.opening && this.open) {
				connect();
			}
		}, RETRY);
	}

	/**
	 * Called by the watch, on any thread. However many changes there are, one look is
	 * enough.
	 */
	private void note() {
		if (this.noted.compareAndSet(false, true) && !this.context.offload(this::look)) {
			look();
		}
	}

	private void look() {
		this.noted.set(false);
		this.context.syncContext().execute(this::lookIfOpen);
	}

	private void lookIfOpen() {
		if (this.open) {
			this.changed.run();
		}
	}

}
