using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Kubernetes.Client;

namespace Plumbline.Kubernetes.Leadership;

/// <summary>
/// Leader election on a Lease, compatible with client-go's.
/// <code>
///                 lease free: taken
///   Following ─────────────────────────▶ Leading ─┐ renewed each RetryPeriod
///       ▲  not renewed for RenewDeadline,   │  ▲   │
///       └─ or somebody else holds it ───────┘  └───┘
/// </code>
/// </summary>
public sealed class LeaderElector
{
    private readonly LeaderElectionOptions _options;
    private readonly Func<LeadershipState, CancellationToken, ValueTask> _observer;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly LeaseRecord _lease;
    private readonly string _leaseName;
    private volatile LeadershipState _state = new LeadershipState.Undecided();
    private long _renewedAt;

    /// <param name="observer">Awaited at each change of the state; while it runs nothing is renewed, so it must be quick.</param>
    /// <exception cref="ArgumentException">The durations do not fit together.</exception>
    public LeaderElector(
        IKubernetesClient client,
        LeaderElectionOptions options,
        Func<LeadershipState, CancellationToken, ValueTask> observer,
        TimeProvider time,
        Random random,
        ILogger<LeaderElector>? logger = null)
    {
        options.Validate();
        _options = options;
        _observer = observer;
        _time = time;
        _random = random;
        _logger = logger ?? NullLogger<LeaderElector>.Instance;
        _lease = new LeaseRecord(client, options, time);
        _leaseName = $"{options.Namespace}/{options.Name}";
    }

    public LeadershipState State => _state;

    /// <summary>
    /// Whether writing is safe right now. Judged by the clock, so that it turns false also in a process that was suspended and has not yet noticed.
    /// </summary>
    public bool HoldsLease => _state is LeadershipState.Leading && SinceRenewal < _options.RenewDeadline;

    private TimeSpan SinceRenewal => _time.GetElapsedTime(Interlocked.Read(ref _renewedAt));

    /// <summary>Takes part until cancelled; releases the lease then, if it is ours, once the observer knows that we no longer lead.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await AttemptAsync(stop);
                await Task.Delay(UntilNextAttempt(), _time, stop);
            }
        }
        finally
        {
            await ReleaseAsync();
        }
    }

    private async Task AttemptAsync(CancellationToken stop)
    {
        var leading = _state is LeadershipState.Leading;
        var limit = leading ? _options.RenewDeadline - SinceRenewal : _options.RenewDeadline;
        var started = _time.GetTimestamp();
        string? failure;
        using var deadline = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        try
        {
            failure = await TryAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            failure = $"no answer within {_options.RenewDeadline.TotalSeconds:0.#} s";
        }

        if (failure is null && _lease.IsOurs)
        {
            // From the start of the attempt: the others may have seen the new record that early.
            Interlocked.Exchange(ref _renewedAt, started);
            await EnterAsync(new LeadershipState.Leading(), "", stop);
        }
        else if (!leading || (failure is null && !_lease.IsOurs) || SinceRenewal >= _options.RenewDeadline)
        {
            await EnterAsync(new LeadershipState.Following(_lease.IsOurs ? null : _lease.Holder), failure ?? $"{_lease.Holder} holds the lease", stop);
        }
    }

    /// <summary>Null when the lease was read, and written where that is ours to do; else why not.</summary>
    private async Task<string?> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _lease.ReadAsync(cancellationToken);
            if (_lease.IsOurs || _lease.IsFree)
            {
                await _lease.TakeOrRenewAsync(cancellationToken);
            }

            return null;
        }
        catch (KubernetesRequestException e)
        {
            // A conflict is the usual way to learn that another one was faster.
            if (e.Kind is not (KubernetesErrorKind.Conflict or KubernetesErrorKind.AlreadyExists))
            {
                Log.Failed(_logger, _leaseName, e.Message);
            }

            return e.Message;
        }
    }

    private async Task EnterAsync(LeadershipState next, string reason, CancellationToken stop)
    {
        var previous = _state;
        if (previous == next)
        {
            return;
        }

        _state = next;
        switch (next)
        {
            case LeadershipState.Leading:
                Log.Leading(_logger, _options.Identity, _leaseName);
                break;
            case LeadershipState.Following when previous is LeadershipState.Leading:
                Log.Lost(_logger, _options.Identity, _leaseName, reason);
                break;
            case LeadershipState.Following following:
                Log.Following(_logger, following.Leader ?? "nobody", _leaseName);
                break;
        }

        await _observer(next, stop);
    }

    private async Task ReleaseAsync()
    {
        if (_state is not LeadershipState.Leading)
        {
            return;
        }

        // Told first and released after: there must be no moment with two leaders.
        await EnterAsync(new LeadershipState.Following(null), "shutting down", CancellationToken.None);
        using var deadline = new CancellationTokenSource(_options.RetryPeriod, _time);
        try
        {
            await _lease.ReleaseAsync(deadline.Token);
            Log.Released(_logger, _options.Identity, _leaseName);
        }
        catch (Exception e) when (e is KubernetesRequestException or OperationCanceledException)
        {
            // The lease then runs out by itself.
            Log.Failed(_logger, _leaseName, e.Message);
        }
    }

    /// <summary>A leader that could not renew wakes at its deadline at the latest, to say that it leads no more.</summary>
    private TimeSpan UntilNextAttempt()
    {
        var wait = _options.RetryPeriod * (1 + (NextDouble() / 5));
        var left = _options.RenewDeadline - SinceRenewal;
        return _state is not LeadershipState.Leading || wait < left ? wait : left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private double NextDouble()
    {
        lock (_random)
        {
            return _random.NextDouble();
        }
    }
}
