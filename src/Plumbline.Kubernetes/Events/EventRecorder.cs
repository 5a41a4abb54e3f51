using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Kubernetes.Client;
using Plumbline.Kubernetes.Contracts;
using Polly;

namespace Plumbline.Kubernetes.Events;

public enum EventType
{
    /// <summary>For the record.</summary>
    Normal,

    /// <summary>Somebody may want to act.</summary>
    Warning,
}

/// <summary>
/// Tells what happened as events of events.k8s.io/v1. Recording never blocks and never throws: events are a courtesy, so what cannot be sent is
/// dropped, counted and logged.
/// </summary>
public sealed class EventRecorder
{
    private readonly IKubernetesClient _client;
    private readonly EventRecorderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Occurrence> _queue;
    private readonly ResiliencePipeline _retries;
    private readonly Dictionary<SeriesKey, EventSeries> _series = [];
    private readonly Dictionary<(string?, string?, string?), TokenBucket> _buckets = [];
    private DateTimeOffset _sweptAt;
    private int _sequence;
    private long _dropped;

    public EventRecorder(
        IKubernetesClient client, EventRecorderOptions options, TimeProvider time, Random random, ILogger<EventRecorder>? logger = null)
    {
        _client = client;
        _options = options;
        _time = time;
        _logger = logger ?? NullLogger<EventRecorder>.Instance;
        _queue = Channel.CreateBounded<Occurrence>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        _retries = Retries.Of(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), options.Attempts - 1, time, random, IsPassing, static (_, _) => ValueTask.CompletedTask);
        _sweptAt = time.GetUtcNow();
    }

    /// <summary>Events that were recorded and never sent.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <param name="regarding">Kind, namespace, name and uid of the object; <c>kubectl describe</c> finds its events by the uid.</param>
    /// <param name="reason">Why, as one CamelCase word.</param>
    /// <param name="action">What was done or tried, as one CamelCase word.</param>
    /// <param name="note">A sentence for a human; cut at 1024 bytes.</param>
    public void Record(V1ObjectReference regarding, EventType type, string reason, string action, string note, V1ObjectReference? related = null)
    {
        // A resource version would make every occurrence a different one.
        var key = new SeriesKey(regarding with { ResourceVersion = null }, related, type.ToString(), EventText.Word(reason), EventText.Word(action), EventText.Note(note));
        if (!_queue.Writer.TryWrite(new Occurrence(key, _time.GetUtcNow())))
        {
            var dropped = Interlocked.Increment(ref _dropped);
            if (long.IsPow2(dropped))
            {
                Log.QueueFull(_logger, dropped);
            }
        }
    }

    /// <summary>Sends until cancelled. Run it once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            if (await NextAsync(stop) is { } occurrence)
            {
                await HandleAsync(occurrence, stop);
            }

            if (_time.GetUtcNow() - _sweptAt >= _options.SeriesPeriod)
            {
                await SweepAsync(stop);
            }
        }
    }

    /// <summary>Null when it is time to sweep.</summary>
    private async Task<Occurrence?> NextAsync(CancellationToken stop)
    {
        if (_series.Count == 0 && _buckets.Count == 0)
        {
            return await _queue.Reader.ReadAsync(stop);
        }

        using var sweep = new CancellationTokenSource(_options.SeriesPeriod, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(sweep.Token, stop);
        try
        {
            return await _queue.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task HandleAsync(Occurrence occurrence, CancellationToken stop)
    {
        var (key, at) = occurrence;
        if (_series.TryGetValue(key, out var series) && at - series.LastObserved < _options.SeriesGap)
        {
            series.Repeat(at);
            return;
        }

        var regarding = key.Regarding;
        if (!Bucket(regarding).Take(_time.GetUtcNow()))
        {
            Interlocked.Increment(ref _dropped);
            Log.RateLimited(_logger, key.Reason, regarding.Kind, regarding.NamespaceProperty, regarding.Name);
            return;
        }

        var entity = EventOf(key, at);
        var sent = await SendAsync(key, token => _client.CreateAsync(entity, token), stop);
        if (sent is null or KubernetesErrorKind.AlreadyExists)
        {
            // The name is ours alone: it is there already when an answer got lost and the request was sent again.
            _series[key] = new EventSeries(entity.Metadata.Name!, entity.Metadata.NamespaceProperty, at);
        }
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        _sweptAt = _time.GetUtcNow();
        foreach (var (key, series) in _series.ToList())
        {
            if (series.Dirty)
            {
                series.Dirty = false;
                var patch = new JsonObject { ["series"] = SeriesOf(series) };
                if (await SendAsync(key, token => _client.PatchAsync<Eventsv1Event>(series.Name, series.Namespace, patch, null, token), stop) is not null)
                {
                    // Events expire on the server; the next occurrence makes a new one.
                    _series.Remove(key);
                }
            }
            else if (_sweptAt - series.LastObserved >= _options.SeriesGap)
            {
                _series.Remove(key);
            }
        }

        foreach (var (key, bucket) in _buckets.Where(pair => pair.Value.IsFull(_sweptAt)).ToList())
        {
            _buckets.Remove(key);
        }
    }

    /// <summary>Null when it was sent, else why not. Waits while the server does not answer, as the queue keeps the rest meanwhile.</summary>
    private async Task<KubernetesErrorKind?> SendAsync(SeriesKey key, Func<CancellationToken, Task> send, CancellationToken stop)
    {
        try
        {
            await _retries.ExecuteAsync(async token => await send(token), stop);
            return null;
        }
        catch (KubernetesRequestException e)
        {
            if (e.Kind is not KubernetesErrorKind.AlreadyExists)
            {
                Interlocked.Increment(ref _dropped);
                Log.GaveUp(_logger, key.Reason, key.Regarding.Kind, key.Regarding.NamespaceProperty, key.Regarding.Name, e.Message);
            }

            return e.Kind;
        }
    }

    private static bool IsPassing(KubernetesRequestException failure) =>
        failure.Kind is KubernetesErrorKind.Transport or KubernetesErrorKind.ServerError or KubernetesErrorKind.TooManyRequests;

    private TokenBucket Bucket(V1ObjectReference regarding)
    {
        var id = (regarding.Kind, regarding.NamespaceProperty, regarding.Name);
        return _buckets.TryGetValue(id, out var bucket) ? bucket : _buckets[id] = new TokenBucket(_options.Burst, _options.Refill, _time.GetUtcNow());
    }

    private Eventsv1Event EventOf(SeriesKey key, DateTimeOffset at) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = EventText.Name(key.Regarding.Name, at, _sequence++),
            // Events of cluster-scoped objects live in default; kubectl looks for them there.
            NamespaceProperty = string.IsNullOrEmpty(key.Regarding.NamespaceProperty) ? "default" : key.Regarding.NamespaceProperty,
        },
        EventTime = at.UtcDateTime,
        ReportingController = _options.ReportingController,
        ReportingInstance = EventText.Word(_options.ReportingInstance),
        Action = key.Action,
        Reason = key.Reason,
        Regarding = key.Regarding,
        Related = key.Related,
        Note = key.Note,
        Type = key.Type,
    };

    private static JsonNode? SeriesOf(EventSeries series) => JsonSerializer.SerializeToNode(
        new Eventsv1EventSeries { Count = series.Count, LastObservedTime = series.LastObserved.UtcDateTime }, KindContracts.Models.Full<Eventsv1EventSeries>());

    private readonly record struct Occurrence(SeriesKey Key, DateTimeOffset At);
}
