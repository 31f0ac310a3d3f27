package io.github.grpck8s.test;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link FakeKubernetes}, as a parameter or through {@link #kubernetes()}.
 * Registered on a class or in a static field all tests of the class share one, whose
 * faults are healed after each test; registered in a field of the instance each test has
 * its own.
 */
public final class FakeKubernetesExtension
		implements BeforeAllCallback, AfterAllCallback, AfterEachCallback, ParameterResolver {

	private @Nullable FakeKubernetes kubernetes;

	private boolean shared;

	/**
	 * The API, which is started when first asked for, be it by a
	 * {@code @DynamicPropertySource}.
	 * @return the API
	 */
	public synchronized FakeKubernetes kubernetes() {
		FakeKubernetes current = this.kubernetes;
		if (current == null) {
			current = FakeKubernetes.start();
			this.kubernetes = current;
		}
		return current;
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		this.shared = true;
	}

	@Override
	public synchronized void afterEach(ExtensionContext context) {
		if (!this.shared) {
			close();
		}
		else if (this.kubernetes != null) {
			this.kubernetes.heal();
		}
	}

	@Override
	public void afterAll(ExtensionContext context) {
		close();
	}

	private synchronized void close() {
		if (this.kubernetes != null) {
			this.kubernetes.close();
			this.kubernetes = null;
		}
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == FakeKubernetes.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return kubernetes();
	}

}
