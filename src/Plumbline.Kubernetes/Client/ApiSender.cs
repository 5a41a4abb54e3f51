using System.Globalization;
using System.Net;
using System.Text.Json;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Plumbline.Kubernetes.Connection;
using Plumbline.Kubernetes.Contracts;
using Polly;

namespace Plumbline.Kubernetes.Client;

/// <summary>Sends requests: credentials, deadline, retries, metrics, and every failure as one <see cref="KubernetesRequestException"/>.</summary>
internal sealed class ApiSender : IDisposable
{
    /// <summary>Far above a page of 500 objects; a peer that sends more is not an API server.</summary>
    private const int MaxBodyBytes = 256 << 20;

    private const int MaxErrorBytes = 1 << 20;

    private const int WarningsRemembered = 256;

    private readonly Transport _transport;
    private readonly ApiConnection _connection;
    private readonly KindContracts _kinds;
    private readonly KubernetesClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ApiMetrics _metrics = new();
    private readonly ResiliencePipeline _retries;
    private readonly HashSet<string> _warned = [];

    public ApiSender(
        Transport transport, ApiConnection connection, KindContracts kinds, KubernetesClientOptions options, TimeProvider time, Random random, ILogger logger)
    {
        _transport = transport;
        _connection = connection;
        _kinds = kinds;
        _options = options;
        _time = time;
        _logger = logger;
        _retries = Retries.Of(
            options.RetryDelay,
            options.MaxRetryDelay,
            options.Retries,
            time,
            random,
            failure => failure.CanRetry && !(failure.RetryAfter > options.MaxRetryDelay),
            (failure, wait) =>
            {
                Log.Retrying(_logger, wait, failure?.Message ?? "");
                return ValueTask.CompletedTask;
            });
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _transport.Dispose();
    }

    /// <summary>The whole answer, read within the deadline of its attempt, so that an answer cut short is retried as well.</summary>
    public Task<byte[]> SendAsync(ApiRequest request, CancellationToken cancellationToken) => RetryAsync(request, ReadWholeAsync, cancellationToken);

    /// <summary>The answer as <paramref name="read"/> makes it of the stream, within the deadline too.</summary>
    public Task<T> SendAsync<T>(ApiRequest request, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        RetryAsync(
            request,
            async (response, stop) =>
            {
                await using var body = await response.Content.ReadAsStreamAsync(stop);
                return await read(body, stop);
            },
            cancellationToken);

    /// <summary>The answer's head within the deadline; the body is the caller's, who disposes of the response.</summary>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken) =>
        AttemptAsync(request, static (response, _) => Task.FromResult(response), cancellationToken);

    private async Task<T> RetryAsync<T>(ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        await _retries.ExecuteAsync(
            static async (state, token) => await state.Sender.AttemptAsync(state.Request, state.Read, token), (Sender: this, Request: request, Read: read), cancellationToken);

    private async Task<TResult> AttemptAsync<TResult>(
        ApiRequest request, Func<HttpResponseMessage, CancellationToken, Task<TResult>> read, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        var started = _time.GetTimestamp();
        var code = "transport";
        HttpResponseMessage? response = null;
        try
        {
            response = await SendWithCredentialsAsync(request, either.Token);
            code = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
            ReportWarnings(request, response);
            if (!response.IsSuccessStatusCode)
            {
                throw await ErrorOfAsync(request, response, either.Token);
            }

            var result = await read(response, either.Token);
            response = result is HttpResponseMessage ? null : response;
            return result;
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            code = "deadline";
            throw NoAnswer(request, $"no complete answer within {_options.RequestTimeout.TotalSeconds:0.#} s", request.Idempotent, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException && stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, stop);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw NoAnswer(request, Reason(e), request.Idempotent || NeverSent(e), e);
        }
        finally
        {
            response?.Dispose();
            _metrics.Answered(request, code, _time.GetElapsedTime(started));
        }
    }

    private async Task<HttpResponseMessage> SendWithCredentialsAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !_connection.Credentials.Invalidate())
        {
            return response;
        }

        // A token can be rotated before its time: the server's refusal is how one learns of it.
        response.Dispose();
        return await SendOnceAsync(request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var message = request.ToMessage(_connection.Server, _options.UserAgent);
        try
        {
            return await _transport.SendAsync(message, cancellationToken);
        }
        catch (KubernetesConfigurationException e)
        {
            throw new KubernetesRequestException($"{request.Description}: {e.Message}", KubernetesErrorKind.Unauthorized, e);
        }
    }

    private async Task<byte[]> ReadWholeAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await ReadAsync(response, MaxBodyBytes, cancellationToken);

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(limit, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    private async Task<KubernetesRequestException> ErrorOfAsync(ApiRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var code = (int)response.StatusCode;
        var status = StatusOf(code, await ReadAsync(response, MaxErrorBytes, cancellationToken));
        return KubernetesRequestException.From(request.Description, code, status, response.Headers.RetryAfter?.Delta, request.Idempotent);
    }

    /// <summary>Proxies and unknown paths answer in plain text, which becomes the message of a status without details.</summary>
    private V1Status StatusOf(int code, byte[] body)
    {
        try
        {
            var status = JsonSerializer.Deserialize(body, _kinds.Full<V1Status>());
            if (status is { Kind: "Status", Message: not null })
            {
                return status;
            }
        }
        catch (JsonException)
        {
        }

        var text = System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 512))).Trim();
        return new V1Status { Status = "Failure", Code = code, Reason = "", Message = text };
    }

    private static KubernetesRequestException NoAnswer(ApiRequest request, string reason, bool canRetry, Exception inner) =>
        new($"{request.Description}: {reason}", KubernetesErrorKind.Transport, inner) { CanRetry = canRetry };

    private static bool NeverSent(Exception e) =>
        e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };

    /// <summary>HttpClient hides the reason in inner exceptions ("The SSL connection could not be established, see inner exception").</summary>
    private static string Reason(Exception e) => e.InnerException is { } inner ? $"{e.Message} {Reason(inner)}" : e.Message;

    private void ReportWarnings(ApiRequest request, HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Warning", out var warnings))
        {
            return;
        }

        foreach (var warning in warnings)
        {
            bool news;
            lock (_warned)
            {
                news = _warned.Count < WarningsRemembered && _warned.Add(warning);
            }

            if (news)
            {
                Log.ServerWarns(_logger, request.Description, warning);
            }
        }
    }
}
