using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Plumbline.Link;

/// <summary>What the bytes of a message came to.</summary>
public abstract record LinkReading<TIn>
    where TIn : class
{
    private LinkReading()
    {
    }

    public sealed record Understood(TIn Message) : LinkReading<TIn>;

    /// <summary>Of a newer version, say, or no message of this link at all.</summary>
    public sealed record NotUnderstood(string Reason) : LinkReading<TIn>;
}

public static class LinkReading
{
    private const int MaxReason = 300;

    public static LinkReading<TIn> Of<TIn>(ReadOnlySpan<byte> json, JsonTypeInfo<TIn> type)
        where TIn : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) is { } message ? new LinkReading<TIn>.Understood(message) : new LinkReading<TIn>.NotUnderstood("it is null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // NotSupportedException: a message without its type.
            return new LinkReading<TIn>.NotUnderstood(e.Message.Length <= MaxReason ? e.Message : e.Message[..MaxReason]);
        }
    }
}
