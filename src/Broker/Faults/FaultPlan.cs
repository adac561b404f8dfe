using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Faults;

/// <summary>The faults that are planned for a broker. A request meets the first that fits. Thread-safe.</summary>
public sealed class FaultPlan
{
    readonly Lock _lock = new();
    readonly List<Planned> _planned = [];
    readonly Dictionary<ApiKey, (short Min, short Max)> _ranges = [];
    volatile bool _isEmpty = true;
    volatile bool _hasRanges;
    int _met;

    internal FaultPlan(TimeProvider time) => Time = time;

    /// <summary>How many requests have met a fault so far.</summary>
    public int Met => Volatile.Read(ref _met);

    internal TimeProvider Time { get; }

    /// <summary>Plans a fault behind those that are planned already.</summary>
    public void Add(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        lock (_lock)
        {
            _planned.Add(new Planned(fault));
            _isEmpty = false;
        }
    }

    /// <summary>Advertises other versions of a request than the broker's own, as an older or newer broker would.</summary>
    public void Advertise(ApiKey api, short min, short max)
    {
        lock (_lock)
        {
            _ranges[api] = (min, max);
            _hasRanges = true;
        }
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _planned.Clear();
            _ranges.Clear();
            _isEmpty = true;
            _hasRanges = false;
        }
    }

    internal Fault? Next(ApiKey api, string? clientId)
    {
        if (_isEmpty)
            return null;
        lock (_lock)
        {
            foreach (var planned in _planned)
            {
                if (planned.Fault.Api != api || (planned.Fault.ClientId is { } only && only != clientId) || planned.Seen - planned.Fault.Skip >= planned.Fault.Times)
                    continue;
                if (planned.Seen++ < planned.Fault.Skip)
                    continue;
                _met++;
                return planned.Fault;
            }
            return null;
        }
    }

    internal (short Min, short Max)? RangeOf(ApiKey api)
    {
        if (!_hasRanges)
            return null;
        lock (_lock)
            return _ranges.TryGetValue(api, out var range) ? range : null;
    }

    sealed class Planned(Fault fault)
    {
        public Fault Fault { get; } = fault;

        public int Seen { get; set; }
    }
}
