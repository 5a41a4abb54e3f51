namespace Plumbline.Core.Evidence;

/// <summary>The newest connect latencies, in milliseconds; a fixed number, so that a pair's state stays small.</summary>
public readonly struct LatencyWindow
{
    private const int Capacity = 16;

    private readonly float[]? _samples;

    private LatencyWindow(float[] samples) => _samples = samples;

    public static LatencyWindow Empty => default;

    public IReadOnlyList<float> Samples => _samples ?? [];

    public LatencyWindow With(double[] milliseconds)
    {
        if (milliseconds.Length == 0)
        {
            return this;
        }

        ReadOnlySpan<float> before = _samples;
        var kept = Math.Clamp(Capacity - milliseconds.Length, 0, before.Length);
        var added = Math.Min(milliseconds.Length, Capacity);
        var samples = new float[kept + added];
        before[^kept..].CopyTo(samples);
        for (var i = 0; i < added; i++)
        {
            samples[kept + i] = (float)milliseconds[milliseconds.Length - added + i];
        }

        return new LatencyWindow(samples);
    }
}
