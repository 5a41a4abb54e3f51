using System.Runtime.InteropServices;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>Takes SIGINT and SIGTERM from the default, which would end this process before it has cleaned up, and counts them.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupt = 2;
    private const nint DefaultAction = 0;

    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly Lock _lock = new();
    private Action? _onSignal;
    private int _early;

    public StopSignals()
    {
        // A shell starts what it runs in the background with SIGINT ignored, and .NET leaves a signal that it finds ignored alone: such a lab could not be ended.
        _ = Libc.signal(Interrupt, DefaultAction);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
    }

    /// <summary>Has <paramref name="action"/> called for each signal, also for those that came before.</summary>
    public void Handle(Action action)
    {
        int early;
        lock (_lock)
        {
            _onSignal = action;
            (early, _early) = (_early, 0);
        }

        for (; early > 0; early--)
        {
            action();
        }
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        Action? action;
        lock (_lock)
        {
            action = _onSignal;
            _early += action is null ? 1 : 0;
        }

        action?.Invoke();
    }
}
