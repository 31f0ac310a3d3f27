package io.github.grpck8s.it.cluster;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives each test a {@link TestNamespace} of its own, prints what happened in it when the
 * test fails, and takes it away.
 */
class ClusterExtension implements ParameterResolver, TestExecutionExceptionHandler,
		LifecycleMethodExecutionExceptionHandler, AfterEachCallback {

	private static final Namespace HERE = Namespace.create(ClusterExtension.class);

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == TestNamespace.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return context.getStore(HERE)
			.computeIfAbsent(TestNamespace.class,
					(key) -> TestNamespace.create(context.getRequiredTestClass().getSimpleName()), TestNamespace.class);
	}

	@Override
	public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
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
	}

	private static void describe(ExtensionContext context, Throwable failure) throws Throwable {
		Store store = context.getStore(HERE);
		TestNamespace namespace = store.get(TestNamespace.class, TestNamespace.class);
		if (namespace != null) {
			try {
				namespace.printWhatHappened(context.getDisplayName());
			}
			catch (RuntimeException ex) {
				failure.addSuppressed(ex);
			}
		}
		throw failure;
	}

}
