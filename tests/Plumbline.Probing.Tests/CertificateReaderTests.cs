using Plumbline.Probing.Protocols;
using Plumbline.Probing.Tests.Fixtures;
using Plumbline.Testing;

namespace Plumbline.Probing.Tests;

[TestFixture]
internal sealed class CertificateReaderTests
{
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Judge_SameCertificate_JudgedOnceAnHour()
    {
        var clock = new ManualTimeProvider(From.AddDays(1));
        var reader = new CertificateReader(clock);
        using var certificate = Certificates.Make("CN=once", From, ["once"]);

        var first = reader.Judge(certificate, null);
        clock.Advance(TimeSpan.FromMinutes(59));
        var again = reader.Judge(certificate, null);
        clock.Advance(TimeSpan.FromMinutes(1));
        var anew = reader.Judge(certificate, null);

        Assert.That(first!.Facts.ChainProblem, Does.Contain("UntrustedRoot").Or.Contain("PartialChain"));
        Assert.That(again, Is.SameAs(first));
        Assert.That(anew, Is.Not.SameAs(first));
    }

    [Test]
    public void Judge_TimeOfAKnownCertificateBeginsOrEnds_ToldAtOnce()
    {
        var clock = new ManualTimeProvider(From.AddMinutes(-1));
        var reader = new CertificateReader(clock);
        using var certificate = Certificates.Make("CN=dated", From, []);

        var before = reader.Judge(certificate, null)!.Facts.ChainProblem;
        clock.Advance(TimeSpan.FromMinutes(2));
        var within = reader.Judge(certificate, null)!.Facts.ChainProblem;
        clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(2));
        _ = reader.Judge(certificate, null);
        clock.Advance(TimeSpan.FromMinutes(2));
        var after = reader.Judge(certificate, null)!.Facts.ChainProblem;

        Assert.That(before, Does.Contain("NotTimeValid"));
        Assert.That(within, Does.Not.Contain("NotTimeValid"));
        Assert.That(after, Does.Contain("NotTimeValid"));
    }

    [Test]
    public void Judge_RenewedCertificate_IsAnother()
    {
        var reader = new CertificateReader(new ManualTimeProvider(From.AddDays(1)));
        using var old = Certificates.Make("CN=renewed", From, []);
        using var renewed = Certificates.Make("CN=renewed", From.AddHours(12), []);

        Assert.That(reader.Judge(renewed, null)!.Facts.NotAfter, Is.GreaterThan(reader.Judge(old, null)!.Facts.NotAfter));
    }
}
