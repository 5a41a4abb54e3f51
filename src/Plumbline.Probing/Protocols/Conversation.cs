using Plumbline.Probing.Engine;

namespace Plumbline.Probing.Protocols;

/// <summary>
/// What is said over a connection, and what the answer proves; knows no socket. One way over a raw descriptor and one inside a TLS session carry it.
/// </summary>
internal abstract class Conversation(byte[] opening)
{
    /// <summary>Most bytes that are read in search of an answer.</summary>
    public const int MaxBytes = 16 * 1024;

    public ReadOnlyMemory<byte> Opening { get; } = opening;

    /// <summary>Null: more must come before anything is proven.</summary>
    /// <param name="received">All that came so far.</param>
    public abstract Attempt? Read(Attempt connected, ReadOnlySpan<byte> received, double milliseconds);

    /// <summary>The stream ended, time did, or as much was read as is ever read.</summary>
    public abstract Attempt Ended(Attempt connected, ReadOnlySpan<byte> received, double milliseconds, ConversationEnd end);
}

internal enum ConversationEnd
{
    Closed,
    TimedOut,
    TooLong,
}
