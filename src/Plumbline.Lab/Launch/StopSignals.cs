using System.Runtime.InteropServices;
using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>Takes SIGINT and SIGTERM from the default, which would end this process before it has cleaned up, and counts them.</summary>
internal sealed class StopSignals : IDisposable
{
    private const int Interrupt = 2;
    private const nint DefaultAction = 0;
    private const nint IgnoreAction = 1;

    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly Lock _lock = new();
    private Action? _onSignal;
    private int _early;

    public StopSignals()
    {
        HearInterrupt();
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
    }

    /// <summary>
    /// A shell starts what it runs in the background with SIGINT ignored, and .NET leaves a signal alone that it finds ignored when it first looks: such a lab
    /// could not be ended by it. To be called before anything else of this process has to do with the console or with signals.
    /// </summary>
    public static void HearInterrupt()
    {
        // Only an ignored one is touched: what the runtime has installed is its own.
        var action = new byte[Libc.SigactionSize];
        if (Libc.sigaction(Interrupt, 0, action) == 0 && BitConverter.ToInt64(action) == IgnoreAction)
        {
            _ = Libc.signal(Interrupt, DefaultAction);
        }
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
