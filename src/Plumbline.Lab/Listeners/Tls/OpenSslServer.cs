using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;

namespace Plumbline.Lab.Listeners.Tls;

/// <summary>How a TLS server is choosier than <see cref="System.Net.Security.SslStream"/> can be.</summary>
internal sealed record TlsDemands
{
    /// <summary>The oldest and the newest version that it speaks.</summary>
    public required (int Oldest, int Newest) Versions { get; init; }

    /// <summary>OpenSSL's list, for TLS 1.2 and older. Default: all but those without encryption, at any strength.</summary>
    public string Ciphers { get; init; } = "ALL:!aNULL:!eNULL:@SECLEVEL=0";

    /// <summary>Clients must show a certificate of this authority. Default: none need.</summary>
    public X509Certificate2? ClientAuthority { get; init; }

    /// <summary>Any other server name, and none, is answered with the alert unrecognized_name. Default: all names will do.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}

/// <summary>
/// A TLS server by OpenSSL itself, so that alerts, versions and key exchanges are those that servers really give: .NET cannot offer TLS 1.0 or the RSA key exchange
/// where the machine's policy forbids them, and ends a handshake that lacks a client certificate otherwise than OpenSSL, nginx or Java do.
/// </summary>
internal sealed class OpenSslServer : IDisposable
{
    private readonly nint _context;
    private readonly HashSet<string> _names;
    private GCHandle _self;

    /// <param name="certificate">With its RSA key.</param>
    /// <exception cref="IOException">OpenSSL refuses the demands, or is not there in version 3.</exception>
    public OpenSslServer(X509Certificate2 certificate, TlsDemands demands)
    {
        _names = demands.Names.ToHashSet(StringComparer.OrdinalIgnoreCase);
        try
        {
            _context = OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method());
        }
        catch (DllNotFoundException e)
        {
            throw new IOException($"OpenSSL 3 (libssl.so.3) is not installed: {e.Message}", e);
        }

        using var key = certificate.GetRSAPrivateKey() ?? throw new IOException("a certificate with an RSA key is needed");
        var (der, privateKey) = (certificate.RawData, key.ExportRSAPrivateKey());
        Check(OpenSsl.SSL_CTX_set_cipher_list(_context, demands.Ciphers), "ciphers");
        Check((int)OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.SetMinProtocol, demands.Versions.Oldest, 0), "oldest version");
        Check((int)OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.SetMaxProtocol, demands.Versions.Newest, 0), "newest version");
        Check(OpenSsl.SSL_CTX_use_certificate_ASN1(_context, der.Length, der), "certificate");
        Check(OpenSsl.SSL_CTX_use_PrivateKey_ASN1(OpenSsl.KeyRsa, _context, privateKey, privateKey.Length), "private key");
        if (demands.ClientAuthority is { } authority)
        {
            DemandClientCertificate(authority.RawData);
        }

        if (_names.Count > 0)
        {
            _self = GCHandle.Alloc(this);
            unsafe
            {
                _ = OpenSsl.SSL_CTX_callback_ctrl(_context, OpenSsl.SetServerNameCallback, (nint)(delegate* unmanaged[Cdecl]<nint, int*, nint, int>)&ChooseByName);
            }

            _ = OpenSsl.SSL_CTX_ctrl(_context, OpenSsl.SetServerNameArgument, 0, GCHandle.ToIntPtr(_self));
        }
    }

    /// <exception cref="IOException">The handshake failed; the client has been told why by an alert.</exception>
    public async Task<Stream> AcceptAsync(Stream transport, CancellationToken cancellation)
    {
        var stream = new OpenSslStream(OpenSsl.SSL_new(_context), transport);
        try
        {
            await stream.HandshakeAsync(cancellation);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public void Dispose()
    {
        OpenSsl.SSL_CTX_free(_context);
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int ChooseByName(nint ssl, int* alert, nint argument)
    {
        var server = (OpenSslServer)GCHandle.FromIntPtr(argument).Target!;
        var name = Marshal.PtrToStringUTF8(OpenSsl.SSL_get_servername(ssl, 0));
        if (name is not null && server._names.Contains(name))
        {
            return 0;
        }

        *alert = OpenSsl.AlertUnrecognizedName;
        return OpenSsl.AlertFatal;
    }

    private unsafe void DemandClientCertificate(byte[] authority)
    {
        fixed (byte* bytes = authority)
        {
            var data = (nint)bytes;
            var certificate = OpenSsl.d2i_X509(0, ref data, authority.Length);
            Check(certificate == 0 ? 0 : 1, "client authority");
            Check(OpenSsl.X509_STORE_add_cert(OpenSsl.SSL_CTX_get_cert_store(_context), certificate), "client authority");
            Check(OpenSsl.SSL_CTX_add_client_CA(_context, certificate), "client authority");
            OpenSsl.X509_free(certificate);
        }

        OpenSsl.SSL_CTX_set_verify(_context, OpenSsl.VerifyPeerOrFail, 0);
    }

    private static void Check(int result, string what)
    {
        if (result != 1)
        {
            throw new IOException($"OpenSSL refuses the {what} of a listener");
        }
    }
}

/// <summary>One connection: OpenSSL between two buffers, and the transport fed from and into them. One reader and one writer, not at the same time.</summary>
internal sealed class OpenSslStream : Stream
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly Stream _transport;
    private readonly nint _in;
    private readonly nint _out;
    private nint _ssl;

    public OpenSslStream(nint ssl, Stream transport)
    {
        (_ssl, _transport) = (ssl, transport);
        (_in, _out) = (OpenSsl.BIO_new(OpenSsl.BIO_s_mem()), OpenSsl.BIO_new(OpenSsl.BIO_s_mem()));
        OpenSsl.SSL_set_bio(_ssl, _in, _out);
        OpenSsl.SSL_set_accept_state(_ssl);
    }

    private delegate int Call(nint ssl);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public async Task HandshakeAsync(CancellationToken cancellation)
    {
        if (await RunAsync(OpenSsl.SSL_do_handshake, cancellation) <= 0)
        {
            throw new IOException("the peer left during the handshake");
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Math.Max(0, await RunAsync(ssl => OpenSsl.SSL_read(ssl, buffer.Span, buffer.Length), cancellationToken));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!buffer.IsEmpty && await RunAsync(ssl => OpenSsl.SSL_write(ssl, buffer.Span, buffer.Length), cancellationToken) <= 0)
        {
            throw new IOException("the peer has closed");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_ssl == 0)
        {
            return;
        }

        try
        {
            _ = OpenSsl.SSL_shutdown(_ssl);
            await FlushOutAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The peer is gone.
        }

        OpenSsl.SSL_free(_ssl);
        _ssl = 0;
        await base.DisposeAsync();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <returns>What the call gave; 0 or less when the peer has closed.</returns>
    private async Task<int> RunAsync(Call call, CancellationToken cancellation)
    {
        while (true)
        {
            OpenSsl.ERR_clear_error();
            var result = call(_ssl);
            var error = result > 0 ? 0 : OpenSsl.SSL_get_error(_ssl, result);
            await FlushOutAsync(cancellation);
            if (result > 0 || error == OpenSsl.ErrorZeroReturn)
            {
                return result;
            }

            if (error != OpenSsl.ErrorWantRead)
            {
                throw new IOException($"TLS failed (OpenSSL error {error})");
            }

            var read = await _transport.ReadAsync(_buffer, cancellation);
            if (read == 0)
            {
                return 0;
            }

            _ = OpenSsl.BIO_write(_in, _buffer.AsSpan(0, read), read);
        }
    }

    private async Task FlushOutAsync(CancellationToken cancellation)
    {
        while (OpenSsl.BIO_ctrl_pending(_out) > 0)
        {
            var length = OpenSsl.BIO_read(_out, _buffer, _buffer.Length);
            await _transport.WriteAsync(_buffer.AsMemory(0, length), cancellation);
        }
    }
}
