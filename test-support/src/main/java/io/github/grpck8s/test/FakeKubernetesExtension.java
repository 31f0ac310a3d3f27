package io.github.grpck8s.test;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
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
		implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {

	private static final String KUBECONFIG = "kubeconfig";

	private @Nullable FakeKubernetes kubernetes;

	private boolean shared;

	private @Nullable String namespace;

	private @Nullable String previousKubeconfig;

	/**
	 * Let clients of this JVM that look for a kubeconfig find this API, through the
	 * system property {@code kubeconfig}. Not for test classes that run at the same time.
	 * @param namespace the namespace of the context
	 * @return this extension
	 */
	public FakeKubernetesExtension asCurrentContext(String namespace) {
		this.namespace = namespace;
		return this;
	}

	/**
	 * The API. It is started when first asked for, so that a
	 * {@code @DynamicPropertySource} can ask too.
	 * @return the API
	 */
	public synchronized FakeKubernetes kubernetes() {
		FakeKubernetes current = this.kubernetes;
		if (current == null) {
			current = FakeKubernetes.start();
			this.kubernetes = current;
			if (this.namespace != null) {
				this.previousKubeconfig = System.getProperty(KUBECONFIG);
				System.setProperty(KUBECONFIG, current.kubeconfigFile(this.namespace).toString());
			}
		}
		return current;
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		this.shared = true;
		kubernetes();
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		kubernetes();
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
			if (this.previousKubeconfig != null) {
				System.setProperty(KUBECONFIG, this.previousKubeconfig);
			}
			else if (this.namespace != null) {
				System.clearProperty(KUBECONFIG);
			}
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
