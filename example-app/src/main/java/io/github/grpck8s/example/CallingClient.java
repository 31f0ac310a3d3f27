package io.github.grpck8s.example;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.github.grpck8s.example.proto.UserServiceGrpc.UserServiceStub;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.client.inject.GrpcClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Calls the user service at a set rate and shows each second which pod answered how many
 * calls. A slow answer holds no other call up: calls do not wait for one another, until
 * too many are on their way.
 */
@Component
@Profile("client")
class CallingClient implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(CallingClient.class);

	private static final long TICK_MILLIS = 10;

	private final ClientProperties properties;

	private final ConfigurableApplicationContext application;

	private final Tally tally = new Tally();

	private final Semaphore inFlight;

	@GrpcClient("users")
	private UserServiceStub users;

	private final AtomicBoolean ending = new AtomicBoolean();

	private volatile @Nullable ScheduledExecutorService scheduler;

	private volatile @Nullable Status lastFailure;

	// only on the scheduler's thread from here on, and after its end on the one that
	// stops

	private @Nullable ReportFile report;

	private Tally.Counts whole = Tally.Counts.NONE;

	private long startNanos;

	private long startMillis;

	private long calls;

	private long second;

	CallingClient(ClientProperties properties, ConfigurableApplicationContext application) {
		this.properties = properties;
		this.application = application;
		this.inFlight = new Semaphore(properties.maxInFlight());
	}

	@Override
	public void start() {
		try {
			this.report = (this.properties.report() != null) ? new ReportFile(this.properties.report()) : null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("'example.client.report' must be a file that can be written", ex);
		}
		this.startNanos = System.nanoTime();
		this.startMillis = System.currentTimeMillis();
		ScheduledExecutorService started = Executors
			.newSingleThreadScheduledExecutor((task) -> new Thread(task, "example-client"));
		this.scheduler = started;
		started.scheduleAtFixedRate(this::callWhatIsDue, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
		started.scheduleAtFixedRate(this::show, 1, 1, TimeUnit.SECONDS);
	}

	@Override
	public void stop() {
		ScheduledExecutorService stopping = this.scheduler;
		this.scheduler = null;
		if (stopping == null) {
			return;
		}
		stopping.shutdownNow();
		try {
			stopping.awaitTermination(1, TimeUnit.SECONDS);
			this.inFlight.tryAcquire(this.properties.maxInFlight(), this.properties.timeout().toMillis(),
					TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		show();
		print(Table.summary(this.startMillis, this.whole));
		close(this.report);
	}

	@Override
	public boolean isRunning() {
		return this.scheduler != null;
	}

	private void callWhatIsDue() {
		long due = 1 + (System.nanoTime() - this.startNanos) / 1000 * this.properties.rate() / 1_000_000;
		if (this.properties.calls() > 0) {
			// all of them are made, however late
			while (this.calls < Math.min(due, this.properties.calls()) && this.inFlight.tryAcquire()) {
				call(this.calls++);
			}
			return;
		}
		long late = due - this.calls - Math.max(1, this.properties.rate() / 2);
		if (late > 0) {
			// after a pause of this process the client does not make up for what it
			// missed
			this.tally.heldBack(late);
			this.calls += late;
		}
		while (this.calls < due) {
			long number = this.calls++;
			if (this.inFlight.tryAcquire()) {
				call(number);
			}
			else {
				this.tally.heldBack(1);
			}
		}
	}

	private void call(long number) {
		AtomicReference<@Nullable Metadata> headers = new AtomicReference<>();
		AtomicReference<@Nullable Metadata> trailers = new AtomicReference<>();
		ClientMethod method = this.properties.methods().get((int) (number % this.properties.methods().size()));
		StreamObserver<Object> end = new StreamObserver<>() {

			@Override
			public void onNext(Object answer) {
			}

			@Override
			public void onCompleted() {
				Metadata answer = headers.get();
				String pod = (answer != null) ? answer.get(ServedByInterceptor.SERVED_BY) : null;
				CallingClient.this.tally.answered((pod != null) ? pod : "unknown", System.currentTimeMillis());
				CallingClient.this.inFlight.release();
			}

			@Override
			public void onError(Throwable failure) {
				Status status = Status.fromThrowable(failure);
				logger.debug("{} failed", method, failure);
				CallingClient.this.lastFailure = status;
				CallingClient.this.tally.failed(status.getCode());
				CallingClient.this.inFlight.release();
			}

		};
		try {
			method.call(users().withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, trailers)),
					number, end);
		}
		catch (RuntimeException ex) {
			// a task that throws would never run again
			end.onError(ex);
		}
	}

	// so many calls and no more are made once: they wait for pods that are still to come
	private UserServiceStub users() {
		return (this.properties.calls() > 0) ? this.users.withWaitForReady().withDeadlineAfter(30, TimeUnit.SECONDS)
				: this.users;
	}

	private void show() {
		Tally.Counts counts = this.tally.take();
		this.whole = this.whole.plus(counts);
		this.second++;
		print(Table.line(this.second, counts));
		Status failure = this.lastFailure;
		this.lastFailure = null;
		if (failure != null) {
			print("        for example " + failure.getCode() + ": " + failure.getDescription());
		}
		ReportFile file = this.report;
		if (file != null) {
			try {
				file.add(this.second, System.currentTimeMillis(), counts);
			}
			catch (IOException ex) {
				logger.warn("Cannot write 'example.client.report' {}; no more lines are added",
						this.properties.report(), ex);
				this.report = null;
				close(file);
			}
		}
		if (this.properties.calls() > 0 && this.whole.calls() >= this.properties.calls() && isRunning()) {
			endApplication(this.whole.failed() == 0 ? 0 : 1);
		}
	}

	// on a thread of its own: what ends the application waits for this one
	private void endApplication(int status) {
		if (this.ending.compareAndSet(false, true)) {
			new Thread(() -> System.exit(SpringApplication.exit(this.application, () -> status)), "example-end")
				.start();
		}
	}

	private void print(String text) {
		if (this.properties.log()) {
			logger.info("{}", text);
		}
		else {
			System.out.println(text);
		}
	}

	private static void close(@Nullable ReportFile file) {
		try {
			if (file != null) {
				file.close();
			}
		}
		catch (IOException ex) {
			logger.warn("Cannot close 'example.client.report'", ex);
		}
	}

}
