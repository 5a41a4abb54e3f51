using System.Text.Json;
using Plumbline.Link;

namespace Plumbline.Agent.Link;

/// <summary>What the bytes of a message came to.</summary>
public abstract record MessageReading
{
    public sealed record Understood(OperatorMessage Message) : MessageReading;

    /// <summary>Of a newer operator, say. If it was a plan, the next delta shows the gap.</summary>
    public sealed record NotUnderstood(string Reason) : MessageReading;

    public static MessageReading Of(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, LinkJson.Default.OperatorMessage) is { } message ? new Understood(message) : new NotUnderstood("it is null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return new NotUnderstood(e.Message.Length <= 300 ? e.Message : e.Message[..300]);
        }
    }
}
