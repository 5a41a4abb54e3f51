using System.Text;

namespace Plumbline.Kubernetes.Events;

/// <summary>The limits that the API puts on an event's text. An event that is cut short is worth more than one that is refused.</summary>
internal static class EventText
{
    private const int MaxWord = 128;
    private const int MaxNoteBytes = 1024;
    private const int MaxNameStem = 220;

    public static string Word(string text) => text.Length <= MaxWord ? text : text[..MaxWord];

    public static string Note(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxNoteBytes)
        {
            return text;
        }

        const string Ellipsis = "…";
        var room = MaxNoteBytes - Encoding.UTF8.GetByteCount(Ellipsis);
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Utf8SequenceLength > room)
            {
                break;
            }

            room -= rune.Utf8SequenceLength;
            end += rune.Utf16SequenceLength;
        }

        return text[..end] + Ellipsis;
    }

    /// <summary>A name that holds the object's, and is unique by the time in it.</summary>
    public static string Name(string? regarding, DateTimeOffset at, int sequence)
    {
        var stem = regarding ?? "event";
        return $"{(stem.Length <= MaxNameStem ? stem : stem[..MaxNameStem].TrimEnd('.', '-'))}.{at.UtcTicks:x}{sequence & 0xfff:x3}";
    }
}
