using System.Text;
using System.Text.Json.Nodes;
using Plumbline.Lab.Api.Json;

namespace Plumbline.Lab.Api.Tests;

/// <summary>Reads a watch event by event; a missing event fails by deadline, not by hanging.</summary>
internal sealed class WatchReader : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(20));

    private WatchReader(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reader = new StreamReader(stream);
    }

    public static async Task<WatchReader> OpenAsync(HttpClient http, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        return new WatchReader(response, await response.Content.ReadAsStreamAsync());
    }

    public async Task<(string Type, JsonNode Object)> NextAsync() =>
        await NextOrEndAsync() ?? throw new AssertionException("the watch ended, another event was expected");

    /// <summary>Null at the end of the stream.</summary>
    public async Task<(string Type, JsonNode Object)?> NextOrEndAsync()
    {
        if (await _reader.ReadLineAsync(_deadline.Token) is not { } line)
        {
            return null;
        }

        var tree = JsonTree.Parse(Encoding.UTF8.GetBytes(line));
        return (tree.Text("type")!, tree.At("object")!);
    }

    /// <summary>The next events as "ADDED name".</summary>
    public async Task<List<string>> TakeAsync(int count)
    {
        var events = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var (type, item) = await NextAsync();
            events.Add($"{type} {item.Text("metadata", "name")}");
        }

        return events;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        _deadline.Dispose();
        return ValueTask.CompletedTask;
    }
}
