using Polly;
using Polly.Retry;

namespace Plumbline.Kubernetes.Client;

/// <summary>The one way to try again: waits that double, with jitter so that many clients do not come back at once after an outage.</summary>
internal static class Retries
{
    /// <param name="attempts">After the first one; 0 for none.</param>
    /// <param name="passes">Whether a failure may pass; others are the caller's at once.</param>
    /// <param name="waits">Told before each wait; the failure is null where a result of false, nothing achieved, is waited out.</param>
    public static ResiliencePipeline Of(
        TimeSpan first,
        TimeSpan longest,
        int attempts,
        TimeProvider time,
        Random random,
        Func<KubernetesRequestException, bool> passes,
        Func<KubernetesRequestException?, TimeSpan, ValueTask> waits) => attempts == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = attempts,
            Delay = first,
            MaxDelay = longest,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Randomizer = () =>
            {
                lock (random)
                {
                    return random.NextDouble();
                }
            },
            ShouldHandle = each => ValueTask.FromResult(each.Outcome.Exception is { } e ? e is KubernetesRequestException failure && passes(failure) : each.Outcome.Result is false),
            // What the server asks for takes the place of a wait of our own.
            DelayGenerator = static each => ValueTask.FromResult((each.Outcome.Exception as KubernetesRequestException)?.RetryAfter),
            OnRetry = each => waits(each.Outcome.Exception as KubernetesRequestException, each.RetryDelay),
        }).Build();
}
