namespace Plumbline.Benchmarks.Lists;

/// <summary>A way to follow all pods.</summary>
internal interface IListContender : IDisposable
{
    /// <summary>Lists all pods, then watches them until cancelled.</summary>
    /// <param name="listed">Told once, with what is kept; the watch begins when it returns.</param>
    /// <param name="changed">Told of every event, when what is kept holds it.</param>
    Task FollowAsync(Action<object> listed, Action changed, CancellationToken stop);
}
