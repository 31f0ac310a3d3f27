package io.github.grpck8s.it.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * Gives each test a {@link TestNamespace} of its own or the {@link Release} that it
 * shares with others ({@link Installed}), prints what happened there when the test fails,
 * and takes it away. A namespace that a {@code @BeforeAll} asks for is that of all tests
 * of the class, and goes after the last of them.
 */
class ClusterExtension implements ExecutionCondition, ParameterResolver, TestExecutionExceptionHandler,
		LifecycleMethodExecutionExceptionHandler, AfterEachCallback {

	private static final Namespace HERE = Namespace.create(ClusterExtension.class);

	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		return AnnotationSupport.findAnnotation(context.getElement(), OnlyOn.class)
			.filter((only) -> !List.of(only.value()).contains(Cluster.kind()))
			.map((only) -> ConditionEvaluationResult
				.disabled(only.because() + ": only with CLUSTER=" + String.join(" or ", only.value())))
			.orElseGet(() -> ConditionEvaluationResult.enabled("any cluster will do"));
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		Class<?> type = parameter.getParameter().getType();
		return type == TestNamespace.class || type == Release.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		context.getRoot().getStore(HERE).computeIfAbsent(Leaving.class);
		if (parameter.getParameter().getType() == Release.class) {
			Release release = sharedStore(context).computeIfAbsent(Shared.class, (key) -> new Shared(), Shared.class)
				.release(context);
			context.getStore(HERE).put(Release.class, release);
			release.awaitSteady();
			return release;
		}
		return context.getStore(HERE)
			.computeIfAbsent(TestNamespace.class,
					(key) -> TestNamespace.create(context.getRequiredTestClass().getSimpleName()), TestNamespace.class);
	}

	@Override
	public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
		describe(context, failure);
	}

	@Override
	public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
		describe(context, failure);
	}

	@Override
	public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
		describe(context, failure);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		TestNamespace namespace = context.getStore(HERE).remove(TestNamespace.class, TestNamespace.class);
		if (namespace != null) {
			namespace.close();
		}
		if (context.getExecutionException().isPresent()) {
			Shared shared = sharedStore(context).get(Shared.class, Shared.class);
			if (shared != null) {
				shared.close();
			}
		}
	}

	private static void describe(ExtensionContext context, Throwable failure) throws Throwable {
		Store store = context.getStore(HERE);
		TestNamespace namespace = store.get(TestNamespace.class, TestNamespace.class);
		Release release = store.get(Release.class, Release.class);
		if (namespace == null && release != null) {
			namespace = release.namespace();
		}
		if (namespace != null && !(failure instanceof TestAbortedException)) {
			try {
				namespace.printWhatHappened(context.getDisplayName());
			}
			catch (RuntimeException ex) {
				failure.addSuppressed(ex);
			}
		}
		throw failure;
	}

	/**
	 * Of the class; classes that run alone share one.
	 */
	private static Store sharedStore(ExtensionContext context) {
		if (AnnotationSupport.isAnnotated(context.getRequiredTestClass(), Isolated.class)) {
			return context.getRoot().getStore(HERE);
		}
		ExtensionContext ofClass = context;
		while (ofClass.getTestMethod().isPresent()) {
			ofClass = ofClass.getParent().orElseThrow();
		}
		return ofClass.getStore(HERE);
	}

	/**
	 * What tests share, made for the first of them. Used by one thread at a time.
	 */
	private static final class Shared implements AutoCloseable {

		private @Nullable Release release;

		Release release(ExtensionContext context) {
			if (this.release == null) {
				Class<?> test = context.getRequiredTestClass();
				String[] sets = AnnotationSupport.findAnnotation(test, Installed.class)
					.orElseThrow(() -> new IllegalStateException(test + " must say what is @Installed"))
					.value();
				TestNamespace namespace = TestNamespace.create(test.getSimpleName());
				try {
					this.release = Release.install(namespace, "demo", sets);
				}
				catch (RuntimeException ex) {
					namespace.printWhatHappened("installation");
					namespace.close();
					throw ex;
				}
			}
			return this.release;
		}

		@Override
		public void close() {
			Release leaving = this.release;
			this.release = null;
			if (leaving != null) {
				leaving.namespace().close();
			}
		}

	}

	/**
	 * Closed after all tests.
	 */
	static final class Leaving implements AutoCloseable {

		@Override
		public void close() {
			TestNamespace.awaitNoneLeft();
		}

	}

}
